document.addEventListener("click", function (event) {
  if (!event.target.matches("button[data-file]")) return;
  var table = event.target.parentNode.querySelector("table");
  var lines = Array.from(table.rows, function (row) {
    return Array.from(row.cells, function (cell) {
      return '"' + cell.innerText.trim().replace(/"/g, '""') + '"';
    }).join(",");
  });
  var link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], {type: "text/csv"}));
  link.download = event.target.dataset.file + ".csv";
  link.click();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
});
