"""The report on a replay that people look at: one file of HTML with its figures inside, and the figures alone.

Figures are drawn here as SVG, without a library of charts: one figure of a subject as Vega draws it is 70 kB, so that 250
of them make 18 MB, and here it is 4 kB. They need no script, their colours come from one style sheet, and text in them can be
searched and copied.
"""
