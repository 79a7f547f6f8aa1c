"""The codes of what can be wrong with a protocol's file, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    # The file.
    ("P001", "not YAML",
     "The YAML reader cannot go on at this place. The cause is often just before it: a missing quote, colon or "
     "bracket, a tab, or keys that are not indented equally. A text that holds ': ' or ' #', or begins with a sign, is "
     "quoted."),
    ("P002", "too large",
     "A protocol's file is at most 1 MB. A long one takes some 20 kB, so this is probably another file."),
    ("P003", "nested too deep",
     "Lists and mappings are nested at most 64 deep. A protocol needs 4; look for brackets that are not closed."),
    ("P004", "an anchor or alias",
     "YAML's '&name' and '*name' repeat one part of a file in another, which hides from a reader what a rule says. "
     "Write the text out in both places. A text that begins with one of these signs is quoted."),
    ("P005", "a tag",
     "YAML's '!tag' changes how a value is read. Every value is read as its text here, so leave the tag out."),
    ("P006", "several documents",
     "A line '---' begins a second document. A file holds one protocol; put the other one into its own file."),
    ("P007", "an empty file",
     "There is nothing in the file, or only comments. A protocol has at least: protocol, version, doses, rules."),
    ("P008", "a character that is no text",
     "A NUL or another control character, half of a surrogate pair, or a line break that editors do not show means "
     "that this is no text file or that it was damaged. In a text in double quotes such a character can be written as "
     "an escape."),
    ("P009", "the file cannot be read",
     "The path leads to no file, to a folder without protocol.yaml, or to a file that may not be read."),
    ("P010", "not UTF-8",
     "The bytes of the file are not UTF-8 text. Save it as UTF-8; other encodings cannot be told apart safely."),
    ("P011", "no such shipped protocol",
     "A name without a path means a protocol that comes with the package. Give its name, or the path of your own file "
     "or folder."),
    # Names.
    ("P012", "an unknown name in a guard",
     "A guard asks only what is declared: inputs, derived inputs, trackers and interpretations. Declare it, or correct "
     "the spelling."),
    ("P013", "an unknown dose level",
     "Dose levels are the names under 'doses'."),
    ("P014", "an unknown rule",
     "'held by' and 'in review by' name rules of this protocol."),
    ("P015", "an unknown source",
     "The text before the first comma of 'source' is a name under 'sources'; the rest is the place in it: 'cortes2003, "
     "p. 4714'."),
    ("P016", "an unknown interpretation",
     "'under' names open questions declared under 'interpretations'."),
    ("P017", "an unknown reading",
     "'chosen' and 'under' name a reading of the interpretation."),
    ("P018", "not a name",
     "A name has lower-case letters, digits and hyphens, begins with a letter, and has at most 80 signs. Words for "
     "readers go into 'label', 'title' or 'note'."),
    ("P019", "a name that is a word of the language",
     "A name such as 'and', 'time' or 'none' could not be told from the word, nor an input named 'given' from the column of "
     "that name in a table of courses. Choose another one."),
    ("P020", "a name that is declared twice",
     "Inputs, derived inputs, trackers and interpretations share their names, because guards use them alike; the "
     "options of a choice are different from each other."),
    ("P021", "a key that is written twice",
     "Two equal keys in one mapping: YAML would keep one and drop the other in silence. Keep one, or rename it."),
    # Keys and values.
    ("P022", "an unknown key",
     "Keys are never ignored: a misspelled 'waiver' or 'until' would change what the protocol means. In braces a comma "
     "begins a new key, so a text that holds a comma is quoted there."),
    ("P023", "something is missing",
     "Without this part it is not said what is meant, and nothing is assumed."),
    ("P024", "keys that exclude each other",
     "A rule has 'must' or 'may'; an input is one of a number, a choice, a finding or a grade, and its schedule is "
     "'every' or entries under 'monitoring'; a tracker keeps one thing; a property is to fail, or need not hold."),
    ("P025", "the wrong shape",
     "A text, a list or a mapping stands where another one of these belongs."),
    ("P026", "nothing there",
     "A key without a value, or a section without entries. Leave the key out where nothing is meant; an empty text is "
     "written as \"\"."),
    ("P027", "not one of the words",
     "Only the words listed in the message can stand here. Flags are 'yes' or 'no'."),
    ("P028", "a key out of place",
     "The key means nothing beside the others here, so it would be ignored. Remove it, or say what it belongs to."),
    ("P029", "not a duration",
     "A duration is a whole number and a unit: minutes, hours, days or weeks. Months and years have no fixed length, "
     "so write them in days or weeks."),
    ("P030", "not a number",
     "A number has digits and a decimal point, no thousands separator, and at most 28 digits."),
    ("P031", "not a unit",
     "Units are UCUM codes of an allow-list, so that values can be converted exactly. Analyte-specific conversions, "
     "such as mg/dL to umol/L, are not made."),
    ("P032", "not a dose",
     "A dose level is an amount, a unit (mg, g, ug or U) and an interval: '100 mg every 2 days', '400 mg daily', per body "
     "size '1250 mg/m2 every 12 hours', '5 mg/kg every week'; a single dose, '25 mg once'; or a rate, which is given all the "
     "time: '18 U/kg/h', '1000 U/h', per hour (h) or minute (min). '400 mg/day' could be either, so it is refused. Where drug "
     "is given on some days of a cycle only, these follow: '25 mg daily on days 1 to 21 of 28', counted from the day on which "
     "the dose came into force. A placebo is 'placebo every day'. A protocol that does not set the dose itself has levels in "
     "per cent of the one that was prescribed, '50 % every day'; '50% of full' is half of the regimen of the level full."),
    ("P033", "not a range",
     "A range has two ends, the lower first: '0 to 100', '28 to 35 days'."),
    ("P034", "not a place of a rule",
     "'in' says the control state, then for holds and reviews by which rules, then at which dose levels: 'held by "
     "hold-cytopenia at starting or escalated'. Nothing applies once treatment is stopped."),
    ("P035", "not an action",
     "The actions are: continue, start at LEVEL, escalate, reduce (by N, to LEVEL), hold, resume at the same level, "
     "resume at the next lower level, resume N levels lower, resume at LEVEL, stop, and review with what becomes of "
     "the dose. Escalate, reduce and resume may add what happens where there is no rung: ', else hold'."),
    ("P036", "an action that the state does not have",
     "Before treatment a rule starts; on treatment it steps, holds, stops or asks for a review; a hold ends by resume, "
     "stop or review; a review by any of these."),
    ("P037", "not a rule of that kind",
     "'held by' names rules that hold, also by 'else hold'; 'in review by' names rules that ask for a review."),
    ("P038", "the worse end is not said",
     "'repeats: worst' takes the worst of several values. Of a number it has to be said whether the lower or the "
     "higher one is worse."),
    ("P039", "not a grading",
     "'graded by' names the criteria, their version and the term: 'CTC 2.0 neutrophils'. The version matters: grade 4 "
     "platelets are below 10 in one and below 25 in the next."),
    # Guards.
    ("P040", "a guard that cannot be read",
     "A guard is conditions joined by 'and', 'or' and 'not', with parentheses. A condition is a comparison of a name "
     "with a constant, 'name is option', a name alone, known(...), unknown(...), within(name, 3 days), grade(name) >= "
     "3, a clock such as 'time since start >= 4 weeks', or 'always'."),
    ("P041", "a text in braces without quotes",
     "Inside braces a comma begins a new key, so 'within(anc, 3 days)' falls apart there. Put every guard in braces "
     "into double quotes, and every text that holds a comma."),
    ("P042", "a guard that is nested too deep, or too long",
     "Parentheses and 'not' are nested at most 64 deep, and at most 64 conditions are joined. Give parts of the guard a name "
     "under 'derived'."),
    ("P043", "a sign that guards do not have",
     "Guards have names, numbers, the comparisons < <= > >= == !=, parentheses and the comma of within(...). Units, "
     "quotes and the signs of programming languages are not used."),
    ("P044", "what is asked does not fit",
     "Numbers and grades are compared, choices are asked by 'is', findings and derived inputs stand alone, and "
     "known(...), within(...) and grade(...) ask inputs."),
    ("P045", "an unknown option",
     "'is' asks for an option that the input declares; of a finding, 'yes' or 'no'."),
    ("P046", "a limit of normal where there is none",
     "ULN and LLN belong to measured numbers, whose laboratory states them."),
    ("P047", "grade() of what is not graded",
     "grade(name) applies the criteria that the input names by 'graded by'. An input that is a grade already is "
     "compared as it is."),
    ("P048", "a number and a duration are mixed up",
     "Clocks and durations are compared with durations such as '4 weeks'; values, grades and counts with plain "
     "numbers."),
    ("P049", "not a count",
     "Episodes and findings in a row are counted, so they are compared with whole numbers, 0 or more."),
    ("P050", "not a grade",
     "Grades are the whole numbers 0 to 5."),
    ("P051", "a constant outside the plausible range",
     "No accepted reading could lie there, so the comparison is always true or never. The unit is often the cause: "
     "platelets < 50000 in 10*9/L. A multiple of a limit of normal is above 0, and means something only for a number that "
     "cannot be below 0; so does a grade that is made of them."),
    ("P052", "equality of times",
     "Visits seldom fall on one minute, so clocks and durations are compared by < <= > >= only."),
    ("P053", "a window out of place",
     "A visit window, '(window -3 to +3 days)', says how early and how late an action that comes due may be taken, so "
     "it goes with 'time ... >= ...' only."),
    ("P054", "a tracker that depends on a tracker or a clock",
     "Trackers are brought up to date by readings, before clocks and other trackers are asked. Their guards ask "
     "inputs, and derived inputs that ask inputs."),
    ("P055", "a circle of definitions",
     "Derived inputs and readings of interpretations that use each other in a circle mean nothing. Define one of them "
     "by inputs alone."),
    ("P056", "an interpretation without a guard",
     "An interpretation that is used in a guard needs a guard in each of its readings, because any of them can be "
     "chosen."),
    ("P057", "the lowest or highest of what is not a number",
     "'lowest' and 'highest' keep a value of a measured number."),
    ("P058", "an unknown clock",
     "The clocks are: time since start, time in state, time since dose change, time since dose raised, "
     "time since dose lowered, time on hold, time on treatment."),
    # Numbers that are computed.
    ("P059", "a baseline where there is none",
     "The baseline is the last accepted reading of a measured number up to the first dose. A multiple of it means something "
     "only for a number that cannot be below 0."),
    ("P060", "a formula that cannot be read",
     "A formula computes a number from measured numbers: their names, decimal numbers, + - * /, parentheses, baseline(name), "
     "and earlier(name, 4 weeks). A name can hold a hyphen, so a minus stands between spaces."),
    ("P061", "a formula that is too long",
     "A formula has at most 64 names and numbers, and parentheses at most 64 deep. One that needs more is easier to check in "
     "parts."),
    ("P062", "what a formula cannot compute with",
     "Formulas ask inputs that are measured numbers. Grades, choices and findings have no arithmetic, and a derived number "
     "is not used in another one: written out, each shows what has to be measured for it."),
    ("P063", "not what stands in for a missing part",
     "'missing: unknown' makes the number unknown while a part of it is missing. 'missing: {bands: 0}' names a value that "
     "stands in for an input that the formula asks for now. At least one part has none, so that a number never rests on "
     "defaults alone."),
    ("P064", "an earlier reading without a window that fits",
     "A formula that asks for an earlier reading says how far from its time that may have been observed: 'window: -3 to +3 "
     "days'. The window ends before the present; of several readings in it the nearest counts."),
    ("P065", "a division by zero",
     "The number written below a '/' is 0, so there is no result whatever is measured."),
    # The ladder.
    ("P066", "not a number of points",
     "A score is a sum of whole numbers. Each of its items has conditions with their points, of which the first that holds "
     "counts; 'otherwise', its points where none holds; and 'unknown', its points where missing values leave that open, as "
     "the published score has it: {\"aec >= 1.5\": 2, \"aec >= 0.7\": 1, otherwise: 0, unknown: 0}."),
    ("P067", "not a cumulative dose",
     "'cumulative dose <= 200 mg' compares the drug taken so far with an amount, in mg, g, ug or U, per kg or m2 where the "
     "levels are. The doses of all levels have to add up in that unit: masses with masses, per the same body size. So a "
     "ladder in mg/kg is asked for mg/kg."),
    ("P070", "not a ladder",
     "The ladder is listed, each level with its name and regimen, lowest first, or generated in even steps: "
     "'doses: 2 to 40 by 1 U/kg/h', 'doses: 100 to 800 by 100 mg every day'. What follows 'by' is the step, written as a "
     "regimen, so the unit and the interval stand once. It makes the levels 'dose-2', 'dose-3' and so on; a decimal point "
     "becomes a hyphen: 'dose-2-5'."),
    ("P071", "steps that do not fit",
     "A generated ladder goes up from its first dose, above 0, to its last one in whole steps, and has at most 200 "
     "levels. No drug is not a level: it is a hold or a stop."),
    ("P072", "not an amount",
     "A supplement is one amount, given once with the action of its rule: '80 U/kg', '5000 U'. Units are mg, g, ug and U, "
     "the same for everybody or per kg or m2. So is a strength, '100 mg', which is never per body size."),
    ("P073", "a supplement in other units than the ladder",
     "The supplement is of the same drug as the levels, so both are masses (mg, g, ug) or both are units of it (U); how "
     "many units weigh a milligram is not known here."),
    ("P074", "strengths that do not fit",
     "A strength is what one unit of the drug holds, one amount such as '100 mg', in units of the kind that the levels have, and "
     "each stands there once. Amounts are counted out exactly, in whole multiples of the largest amount that divides all "
     "strengths; beyond 50000 of these nothing is counted out."),
    ("P075", "a body size that does not fit",
     "Where levels are per kg or per m2, 'size' of 'dispensing' names the number by which they are multiplied: an input or a "
     "derived number in kg or m2, as the levels are."),
    ("P076", "a dose that is not given in units",
     "A rate is given all the time, and what a share of a prescribed dose is nobody knows here, so that no number of units can "
     "be said. Leave 'dispensing' out."),
    ("P077", "not a number of units",
     "'at most' says of how many units, such as tablets, one administration is at most: '6 units'. An amount that would need "
     "more is not rounded: it is told that it would be too many."),
    # Properties.
    ("P080", "a claim that cannot be read",
     "A claim says something of one visit. It is made of conditions, as in guards; actions (escalate, hold, stop ...) "
     "for what was done; places (on treatment at starting, held by hold-cytopenia, in review, stopped) for the state "
     "after the visit, or with 'was' before it; the dose in force after it (dose above starting, dose raised, no drug); "
     "withheld; decided, provisional, undecided or silent; 'rule is RULE'. They are joined by 'and', 'or', 'not', "
     "parentheses, and 'while', which means 'and' and binds least. Two forms look back: 'no drug since hold' and 'at least "
     "2 times hold'."),
    ("P081", "a word with two meanings",
     "A claim uses the word by itself, and the protocol declares an input, level or rule of that name too, so that a "
     "reader cannot tell which is meant. 'hold is yes' always means the input; a list of levels ends at a parenthesis."),
    ("P082", "not a span of visits",
     "'within' takes 'same visit', a number of visits such as '2 visits', which are the visit itself and the two after "
     "it, or a duration such as '14 days'."),
    ("P083", "a look back inside a look back",
     "'since' and 'at least 2 times' look back over the visits of a course, at something that is so at a visit. They do not look "
     "back at something that looks back itself: join two of them by 'and', or let a tracker count what was observed. 'where' "
     "of a built-in property does not look back at all: it is asked of the visit at which that fails."),
    ("P084", "too many looks back",
     "Each different 'since' or 'times' of a property doubles or trebles what has to be asked at each visit, so that there are "
     "at most four. Make several properties of it, or let trackers count what was observed."),
    # Monitoring.
    ("P090", "not something that is measured again and again",
     "'of' under 'monitoring' names an input that is observed more than once. Derived inputs, trackers and interpretations are "
     "computed, and a fixed input keeps its first value: name the inputs that they ask."),
    # Tables.
    ("P095", "a row that does not fit the columns",
     "Each row of a table has one cell for each column: an action, 'may' and an action, or '-' where the source prints "
     "nothing."),
    ("P096", "heads that do not fit together",
     "The columns of a table are places, such as 'on treatment at low', or conditions, and then 'in' says where all of them "
     "apply. The rows are conditions; or all of them go on with the text of the columns, by one comparison each: the column "
     "'toxicity == 2 and episodes' and the row '== 1' ask 'toxicity == 2 and episodes == 1'."),
    # Amendments.
    ("P100", "what is amended is not there",
     "'amends' leads to no file that can be read, or names no shipped protocol. A path counts from the folder of the file "
     "in which it is written."),
    ("P101", "not what a file can amend",
     "'amends' takes the path of a '.yaml' file from the file in which it is written, such as 'protocol.yaml' or "
     "'../other/protocol.yaml', or the name of a shipped protocol. A path that begins at a root or a drive holds on one "
     "machine only. A text that is in no file has no place from which a path could count."),
    ("P102", "files that amend each other in a circle",
     "A file that amends another is that one with changes. Going from each file to the one it amends has to end at one "
     "that stands by itself."),
    ("P103", "too much that is amended",
     "At most 8 files amend each other in a row, of together at most 1 MB: who reads the last one has to know all before "
     "it. 'protocol show --canonical' prints what they come to as one protocol."),
    ("P104", "nothing to leave out",
     "'without' names entries of the protocol that is amended. One that is not there was probably meant to be another, or "
     "has been renamed since."),
    ("P105", "nothing to stand before",
     "'before' names a rule of the protocol that is amended, or a new one, or says 'the end'; and no two can each stand "
     "before the other. One that 'without' leaves out is not there any more."),
    ("P106", "an amendment called like what it amends",
     "Who reads a decision has to see by which protocol it was made, so an amendment has a name or a version of its own."),
    ("P107", "a new rule without a place",
     "An entry of 'rules' or 'monitoring' replaces the one of its name in what is amended. One of another name is new, and says "
     "before which it stands, or 'before: the end' where it comes last. Without that a misspelled name would leave the rule in "
     "force that was to be replaced, and nobody would be told."),
    # Mappings.
    ("P110", "an unknown table", "'table' names one of those under 'tables' of the mapping."),
    ("P111", "a unit that is another one",
     "'units' says which unit of the allow-list is meant by a spelling of the data. A unit of the list means itself."),
    ("P112", "not a window", "The window of a planned visit is a study day, or two: '12 to 16'. There is no study day 0."),
    ("P113", "a mapping in the place of a protocol",
     "A file that ends in .mapping.yaml says how tables become courses of the protocol that it names. Name that one."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
