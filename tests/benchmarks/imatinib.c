/* The rules of specs/imatinib-hes/protocol.yaml, with the chosen readings, written by hand for one purpose: to measure against.

   One pass over columns as Arrow lays them out. Nothing is general: each rule, constant and validity stands here as code. It is
   held to the reference on simulated courses (test_bulk.py). Left out, because the simulated tables have none: censored values,
   'not done', doses off the ladder, rows at which only the dose changed.

   Truths are three-valued: F, T, or U for unknown. A group of inputs that one rule asks becomes the set of what it can be, as
   bits, because the groups do not depend on each other: so what is possible over everything that is missing needs no search. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { F, T, U };
enum { DAY = 1440 };
#define NEVER INT64_MIN

enum { ECOG, NYHA, LIFE, ANC, PLATELETS, BILIRUBIN, ALT, AST, CREATININE, TOXICITY, BILIRUBIN_UPPER, ALT_UPPER, AST_UPPER, NUMBERS };
enum { HES, CONSENT, UNMANAGEABLE, BENEFIT, PROGRESSION, DEATH, FLAGS };
enum { BEFORE, TREATED, HELD, STOPPED };
/* The words of the columns, in the order in which the package has them. */
enum { CONTINUE, START, ESCALATE, REDUCE, HOLD, RESUME, STOP, REVIEW };
enum { DECIDED, PROVISIONAL, UNDECIDED };
enum { EVERY, SOME, NONE };
enum { ABOVE, BELOW, HOLD_WITHOUT_REASON, HOLD_MISSED, STOP_MISSED, STOP_WITHOUT_REASON, RESUMED_TOO_EARLY, WRONG_LEVEL, AFTER_STOP,
       STARTED_TOO_EARLY, TOO_EARLY, TOO_LATE, NOT_DECIDABLE };
/* Rules, as numbers into the array of their places that the caller gives. */
enum { R_DEATH, R_CONSENT, R_UNMANAGEABLE, R_NOT_STARTED, R_START, R_CYTOPENIA, R_HEPATIC, R_SEVERE, R_REDUCE, R_LOWEST,
       R_BACK_CYTOPENIA, R_BACK_FIRST, R_BACK_RECURRENT, R_BACK_HEPATIC, R_BACK_HEPATIC_LOWEST, R_BACK_SEVERE, R_BACK_LOWEST, RULES };
/* Reasons of a hold. */
enum { CYTOPENIA = 1, HEPATIC = 2, SEVERE = 4, LOWEST = 8, UNORDERED = 16 };
/* Sets of effects: no drug ever again, a hold, one level lower, as it is; back at level 0, 1, 2. */
enum { E_STOP = 1, E_HOLD = 2, E_REDUCE = 4, E_STAY = 8, E_BACK = 16 };
/* What a group can be: beyond the limit, between, recovered. Of toxicity: grade 3 and more, 2, at most 1. */
enum { BAD = 1, BETWEEN = 2, WELL = 4, ANY = 7 };
enum { G_NONE = 3, G_STOPPED = 4, G_UNKNOWN = 5 };

typedef struct {
    int64_t rows;
    const int32_t *patient;
    const int64_t *elapsed;
    const double *number[NUMBERS];
    const uint8_t *number_valid[NUMBERS]; /* bitmaps; NULL where nothing is missing */
    const uint8_t *flag[FLAGS];
    const uint8_t *flag_valid[FLAGS];
    const int8_t *response, *given;
    const uint8_t *response_valid, *given_valid;
    const int16_t *rule_place;     /* RULES */
    const int32_t *dose_place;     /* stopped, none, three levels */
    const int8_t *deviation_place; /* thirteen */
    int8_t *action, *status, *verdict, *deviation;
    int16_t *rule;
    int32_t *before, *after, *permitted, *refused;
    uint8_t *withheld, *silent, *assumed;
} Table;

typedef struct {
    int64_t when[NUMBERS + FLAGS + 1];
    int8_t cell[NUMBERS + FLAGS + 1];
    int64_t started, stepped;
    int control, level, dose, reasons, episodes, in_episode;
} Patient;

typedef struct {
    int action, rule, status, after; /* after: -2 stopped, -1 none, a level */
    int effects, control, level, dose;
} Decision;

enum { RESPONSE = NUMBERS + FLAGS };

static const int64_t VALID[] = {
    [ECOG] = 28 * DAY, [NYHA] = 28 * DAY, [LIFE] = 28 * DAY, [ANC] = 8 * DAY, [PLATELETS] = 8 * DAY, [BILIRUBIN] = 35 * DAY,
    [ALT] = 35 * DAY, [AST] = 35 * DAY, [CREATININE] = 35 * DAY, [TOXICITY] = 35 * DAY, [BILIRUBIN_UPPER] = 35 * DAY,
    [ALT_UPPER] = 35 * DAY, [AST_UPPER] = 35 * DAY, [NUMBERS + HES] = INT64_MAX, [NUMBERS + CONSENT] = INT64_MAX,
    [NUMBERS + UNMANAGEABLE] = 35 * DAY, [NUMBERS + BENEFIT] = 35 * DAY, [NUMBERS + PROGRESSION] = 8 * DAY,
    [NUMBERS + DEATH] = INT64_MAX, [RESPONSE] = 8 * DAY,
};
static const double LOW[] = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, HIGH[] = {5, 4, 5000, 100, 3000, 60, 20000, 20000, 30, 5};

static inline int bit(const uint8_t *bits, int64_t row) { return !bits || (bits[row >> 3] >> (row & 7) & 1); }

/* A value counts as the decimal of its first 15 digits. Only beside a constant does that need a closer look. */
static long double decimal(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    return strtold(text, NULL);
}

/* -1, 0, 1: the value is less than, equal to, more than so many times the limit. */
static inline int side(double value, double times, double limit)
{
    double difference = value - times * limit;
    if (fabs(difference) > 1e-12 * fabs(value) + 1e-300)
        return difference < 0 ? -1 : 1;
    if (difference == 0 && limit == floor(limit) && fabs(value) < 1e15)
        return 0; /* the product is exact */
    long double exact = decimal(value) - (long double)times * decimal(limit);
    if (fabsl(exact) <= 1e-17L * fabsl(decimal(value)))
        return 0;
    return exact < 0 ? -1 : 1;
}

static int cell_of(int input, double value)
{
    switch (input) {
    case ECOG: case NYHA: return side(value, 1, 2) <= 0;
    case LIFE: return side(value, 1, 12) > 0;
    case CREATININE: return side(value, 1, 2) < 0;
    case ANC: return side(value, 1, 1) < 0 ? BAD : side(value, 1, 1.5) < 0 ? BETWEEN : WELL;
    case PLATELETS: return side(value, 1, 50) < 0 ? BAD : side(value, 1, 75) < 0 ? BETWEEN : WELL;
    case BILIRUBIN: return side(value, 1, 2) < 0;
    case TOXICITY: return value >= 3 ? BAD : value >= 2 ? BETWEEN : WELL;
    default: return 0;
    }
}

static int times_upper(int input, double value, double limit)
{
    if (input == BILIRUBIN)
        return side(value, 3, limit) > 0 ? BAD : side(value, 1.5, limit) >= 0 ? BETWEEN : WELL;
    return side(value, 5, limit) > 0 ? BAD : side(value, 2.5, limit) >= 0 ? BETWEEN : WELL;
}

static inline int plausible(int input, double value)
{
    if (input == TOXICITY)
        return value == floor(value) && value >= 0 && value <= 5;
    return side(value, 1, LOW[input]) >= 0 && side(value, 1, HIGH[input]) <= 0;
}

/* Puts one number of a row into the patient; returns how many readings were refused. The limit has a place of its own. */
static inline int read_number(const Table *table, Patient *patient, int input, int upper, int64_t row, int64_t now)
{
    if (!bit(table->number_valid[input], row))
        return 0;
    double value = table->number[input][row];
    patient->when[input] = NEVER;
    if (upper)
        patient->when[upper] = NEVER;
    if (!isfinite(value) || !plausible(input, value))
        return 1;
    if (upper && bit(table->number_valid[upper], row)) {
        double limit = table->number[upper][row];
        if (!isfinite(limit) || !plausible(input, limit) || side(limit, 1, 0) == 0)
            return 1;
        patient->when[upper] = now;
        patient->cell[upper] = times_upper(input, value, limit);
    }
    patient->when[input] = now;
    patient->cell[input] = cell_of(input, value);
    return 0;
}

static int read_row(const Table *table, Patient *patient, int64_t row, int64_t now)
{
    int refused = 0;
    for (int input = ECOG; input <= TOXICITY; input++) {
        int upper = input == BILIRUBIN ? BILIRUBIN_UPPER : input == ALT ? ALT_UPPER : input == AST ? AST_UPPER : 0;
        refused += read_number(table, patient, input, upper, row, now);
    }
    for (int flag = 0; flag < FLAGS; flag++)
        if (bit(table->flag_valid[flag], row)) {
            patient->when[NUMBERS + flag] = now;
            patient->cell[NUMBERS + flag] = bit(table->flag[flag], row);
        }
    if (bit(table->response_valid, row)) {
        patient->when[RESPONSE] = now;
        patient->cell[RESPONSE] = table->response[row];
    }
    return refused;
}

static inline int known(const Patient *patient, int input, int64_t now)
{
    return patient->when[input] != NEVER && now - patient->when[input] <= VALID[input];
}

static inline int flag(const Patient *patient, int which, int64_t now)
{
    return known(patient, NUMBERS + which, now) ? patient->cell[NUMBERS + which] : U;
}

static inline int of(const Patient *patient, int input, int64_t now) { return known(patient, input, now) ? patient->cell[input] : ANY; }

/* What several inputs can be together: beyond the limit if one is, recovered if all are. */
static inline int together(int one, int other)
{
    int found = (one | other) & BAD;
    if (one == BAD || other == BAD)
        return BAD;
    if (one & WELL && other & WELL)
        found |= WELL;
    if ((one & BETWEEN && other & (BETWEEN | WELL)) || (other & BETWEEN && one & (BETWEEN | WELL)))
        found |= BETWEEN;
    return found;
}

static inline int truth(int set, int of) { return set == of ? T : set & of ? U : F; }
static inline int or3(int one, int other) { return one == T || other == T ? T : one == U || other == U ? U : F; }
static inline int and3(int one, int other) { return one == F || other == F ? F : one == U || other == U ? U : T; }
static inline int not3(int one) { return one == U ? U : !one; }

/* What a visit holds: each rule's guard, and what the groups can be. */
typedef struct {
    int death, consent_gone, unmanageable, stop, may_stop, cytopenia, hepatic, toxicity, lowest, reduce, raise_none, raise_progress;
    int waits; /* only the four weeks are lacking for a rise */
} Seen;

static Seen seen(const Patient *patient, int64_t now)
{
    Seen see;
    int64_t since = patient->started == NEVER ? INT64_MAX : now - patient->started;
    int response = known(patient, RESPONSE, now) ? patient->cell[RESPONSE] == 0 : U;
    int toxic = of(patient, TOXICITY, now), mild = truth(toxic, WELL);
    int new_toxicity = toxic == ANY || patient->stepped == NEVER || patient->when[TOXICITY] > patient->stepped;
    int new_response = response == U || patient->stepped == NEVER || patient->when[RESPONSE] > patient->stepped;
    int progression = flag(patient, PROGRESSION, now);
    int new_progress = progression == U || patient->stepped == NEVER || patient->when[NUMBERS + PROGRESSION] > patient->stepped;
    int new_weeks = patient->started != NEVER && patient->started + 28 * DAY > patient->stepped;
    see.death = flag(patient, DEATH, now) == T ? T : F;
    see.consent_gone = not3(flag(patient, CONSENT, now));
    see.unmanageable = flag(patient, UNMANAGEABLE, now);
    see.stop = or3(see.death, or3(see.consent_gone, see.unmanageable));
    see.may_stop = since >= 56 * DAY ? or3(response, not3(flag(patient, BENEFIT, now))) : F;
    see.cytopenia = together(of(patient, ANC, now), of(patient, PLATELETS, now));
    see.hepatic = together(of(patient, BILIRUBIN_UPPER, now), together(of(patient, ALT_UPPER, now), of(patient, AST_UPPER, now)));
    see.toxicity = toxic;
    int two = toxic & (BAD | BETWEEN) ? toxic & WELL ? U : T : F;
    see.lowest = patient->level == 0 && new_toxicity ? two : F;
    see.reduce = patient->level >= 1 && new_toxicity ? two : F;
    see.waits = since < 28 * DAY && response == T && mild == T;
    see.raise_none = since >= 28 * DAY && (new_response || new_toxicity || new_weeks) ? and3(response, mild) : F;
    see.raise_progress = new_progress || new_toxicity ? and3(progression, mild) : F;
    return see;
}

static int eligible(const Patient *patient, int64_t now)
{
    int found = and3(flag(patient, HES, now), flag(patient, CONSENT, now));
    static const int asked[] = {ECOG, LIFE, BILIRUBIN, CREATININE, NYHA};
    for (int number = 0; number < 5; number++)
        found = and3(found, known(patient, asked[number], now) ? patient->cell[asked[number]] : U);
    return found;
}

static int stop_rule(const Seen *see) { return see->death == T ? R_DEATH : see->consent_gone == T ? R_CONSENT : R_UNMANAGEABLE; }

/* The first hold rule of which this is so: T certain, U certain or possible. */
static int hold_rule(const Seen *see, int possible)
{
    int found[] = {truth(see->cytopenia, BAD), truth(see->hepatic, BAD), truth(see->toxicity, BAD)};
    for (int number = 0; number < 3; number++)
        if (found[number] == T || (possible && found[number] == U))
            return R_CYTOPENIA + number;
    return R_LOWEST;
}

static int certain_hold(const Seen *see)
{
    return see->cytopenia == BAD || see->hepatic == BAD || see->toxicity == BAD || see->lowest == T;
}

static Decision as_it_is(const Patient *patient, int status)
{
    int after = patient->dose < 0 ? patient->control == STOPPED ? -2 : -1 : patient->dose;
    return (Decision){CONTINUE, -1, status, after, 0, patient->control, patient->level, patient->dose};
}

static Decision going_on(const Patient *patient, const Seen *see)
{
    int can_hold = (see->cytopenia | see->hepatic | see->toxicity) & BAD || see->lowest != F, effects = 0;
    if (see->stop != F)
        effects |= E_STOP;
    if (see->stop != T && can_hold)
        effects |= E_HOLD;
    /* Grade 2 exactly: from 3 on it is a hold. */
    if (see->stop != T && !certain_hold(see) && see->reduce != F && see->toxicity & BETWEEN)
        effects |= E_REDUCE;
    if (see->stop != T && !certain_hold(see) && see->reduce != T)
        effects |= E_STAY;
    Decision found = as_it_is(patient, effects & E_STAY && effects != E_STAY ? UNDECIDED : DECIDED);
    found.effects = effects;
    if (effects & E_STAY)
        return found;
    found.status = effects & (effects - 1) ? PROVISIONAL : DECIDED;
    if (effects == E_STOP) {
        found.action = STOP, found.rule = stop_rule(see), found.after = -2, found.control = STOPPED, found.dose = -1;
    } else if (effects & E_HOLD) {
        found.action = HOLD, found.rule = hold_rule(see, found.status == PROVISIONAL);
        found.after = -1, found.control = HELD, found.dose = -1;
    } else {
        found.action = REDUCE, found.rule = R_REDUCE, found.after = found.level = found.dose = patient->level - 1;
    }
    return found;
}

/* How a hold ends when this is so: the rule that orders it, with the level; -1 where it does not. */
static int back(const Patient *patient, int cytopenia, int hepatic, int toxicity, int reduces, int *level)
{
    int here = patient->level, left = patient->reasons & ~UNORDERED, answered = 0, lowest = 9, rule = -1;
    int open = patient->reasons & UNORDERED;
    struct { int rule, answers, acts, to; } rules[] = {
        {R_BACK_CYTOPENIA, CYTOPENIA, cytopenia == WELL && here <= 1, here},
        {R_BACK_FIRST, CYTOPENIA, cytopenia == WELL && here == 2 && patient->episodes <= 1, here},
        {R_BACK_RECURRENT, CYTOPENIA, cytopenia == WELL && here == 2 && patient->episodes >= 2, here - 1},
        {R_BACK_HEPATIC, HEPATIC, hepatic == WELL && here >= 1, here - 1},
        {R_BACK_HEPATIC_LOWEST, HEPATIC, hepatic == WELL && here == 0, here},
        {R_BACK_SEVERE, SEVERE, toxicity == WELL && here >= 1, here - 1},
        {R_BACK_LOWEST, SEVERE | LOWEST, toxicity == WELL && here == 0, here},
    };
    for (int number = 0; number < 7; number++) {
        if (!rules[number].acts || !(open || patient->reasons & rules[number].answers))
            continue;
        /* Each reason is answered by the first rule that answers it; what was done by any rule counts as answered by the first. */
        int answers = (rules[number].answers & left & ~answered) | (answered & UNORDERED ? 0 : open);
        answered |= answers;
        if (answers && rules[number].to < lowest)
            lowest = rules[number].to, rule = rules[number].rule;
        if ((left & ~answered) == 0 && rule >= 0) {
            int to = reduces && here >= 1 && here - 1 < lowest ? here - 1 : lowest;
            int again = cytopenia == BAD || hepatic == BAD || toxicity == BAD;
            again |= to == 0 && toxicity != WELL && reduces;
            if (!again) {
                *level = to;
                return rule;
            }
        }
    }
    return -1;
}

static Decision held(const Patient *patient, const Seen *see)
{
    Decision found = as_it_is(patient, DECIDED);
    int effects = see->stop != F ? E_STOP : 0, rule = -1, level = 0;
    int fresh = see->toxicity == ANY || see->lowest != F || see->reduce != F;
    for (int cytopenia = 1; see->stop != T && cytopenia < 8; cytopenia *= 2)
        for (int hepatic = 1; see->cytopenia & cytopenia && hepatic < 8; hepatic *= 2)
            for (int toxicity = 1; see->hepatic & hepatic && toxicity < 8; toxicity *= 2)
                if (see->toxicity & toxicity) {
                    int by = back(patient, cytopenia, hepatic, toxicity, toxicity != WELL && fresh, &level);
                    effects |= by < 0 ? E_STAY : E_BACK << level;
                    rule = by < 0 ? rule : by;
                }
    found.effects = effects;
    if (effects & (effects - 1)) {
        found.status = UNDECIDED;
    } else if (effects == E_STOP) {
        found.action = STOP, found.rule = stop_rule(see), found.after = -2, found.control = STOPPED;
    } else if (effects != E_STAY) {
        found.action = RESUME, found.rule = rule, found.control = TREATED;
        found.after = found.level = found.dose = effects == E_BACK ? 0 : effects == E_BACK << 1 ? 1 : 2;
    }
    return found;
}

static Decision not_yet(const Patient *patient, const Seen *see, int64_t now)
{
    int enters = eligible(patient, now);
    Decision found = as_it_is(patient, enters == U && see->death != T ? UNDECIDED : DECIDED);
    found.effects = see->death == T ? E_STOP : enters == T ? E_BACK << 1 : enters == F ? E_STAY : E_STAY | E_BACK << 1;
    if (see->death == T)
        found.action = STOP, found.rule = R_DEATH, found.after = -2, found.control = STOPPED;
    else if (enters == T)
        found.action = START, found.rule = R_START, found.control = TREATED, found.after = found.level = found.dose = 1;
    else if (enters == F)
        found.rule = R_NOT_STARTED;
    return found;
}

/* What is offered beside: to stop, and to raise, each T certain, U under some values of what is missing. */
static void offers(const Patient *patient, const Seen *see, const Decision *decision, int *stop, int *raise)
{
    *stop = *raise = F;
    if (patient->control != TREATED && patient->control != HELD)
        return;
    if (see->stop != T)
        *stop = see->stop == F ? see->may_stop : see->may_stop == F ? F : U;
    if (patient->control == TREATED && patient->level == 1 && decision->effects & E_STAY) {
        int most = or3(see->raise_none, see->raise_progress);
        *raise = decision->effects == E_STAY ? most : most == F ? F : U;
    }
}

/* Whether giving this is what is ordered or offered: under every value of what is missing, under some or under none. */
static int judged(const Patient *patient, const Seen *see, const Decision *decision, int given, int raise)
{
    int effects = decision->effects, yes = 0, no = 0;
    if (patient->control == STOPPED)
        return given >= G_NONE ? EVERY : NONE;
    if (patient->control == BEFORE && given == G_NONE)
        return EVERY;
    int may_stop = patient->control == BEFORE ? F : see->may_stop;
    for (int effect = 1; effect < 128; effect *= 2) {
        if (!(effects & effect))
            continue;
        int fits;
        if (given >= G_NONE) {
            fits = effect == E_STOP || (given == G_NONE && (effect == E_HOLD || (effect == E_STAY && patient->dose < 0)));
            int offered = effect == E_STOP ? F : may_stop;
            yes |= fits || offered != F;
            no |= !fits && offered != T;
        } else {
            fits = (effect == E_STAY && given == patient->dose) || (effect == E_REDUCE && given == patient->level - 1)
                   || (effect >= E_BACK && effect == E_BACK << given);
            int offered = effect == E_STAY && given == 2 && patient->control == TREATED ? raise : F;
            yes |= fits || offered != F;
            no |= !fits && offered != T;
        }
    }
    return yes ? no ? SOME : EVERY : NONE;
}

static int deviation(const Patient *patient, const Seen *see, const Decision *decision, int given, int raise)
{
    int effects = decision->effects;
    if (given == G_STOPPED)
        return STOP_WITHOUT_REASON;
    if (given == G_NONE)
        return HOLD_WITHOUT_REASON;
    if (patient->control == STOPPED)
        return AFTER_STOP;
    if (decision->dose < 0 && patient->control == BEFORE)
        return STARTED_TOO_EARLY;
    int drug = effects & ~(E_STOP | E_HOLD | E_STAY) || (effects & E_STAY && patient->dose >= 0) || raise != F;
    if (decision->dose < 0 && !drug)
        return patient->dose < 0 ? RESUMED_TOO_EARLY : decision->control == STOPPED ? STOP_MISSED : HOLD_MISSED;
    if (patient->control == HELD)
        return WRONG_LEVEL;
    if (patient->control == TREATED && patient->level == 1 && given == 2 && effects == E_STAY && see->waits)
        return TOO_EARLY;
    return given > decision->dose ? ABOVE : BELOW;
}

/* The dose has changed at a row: the visits since the first of those that had ordered another one were only late, if it is that. */
static void late(const Table *table, int64_t first, int64_t row, int given)
{
    for (int64_t one = first; one < row; one++) {
        int8_t kind = table->deviation[one];
        int after = 0, before = 0;
        while (table->dose_place[after] != table->after[one]) after++;
        while (table->dose_place[before] != table->before[one]) before++;
        int can_be = kind == table->deviation_place[ABOVE] || kind == table->deviation_place[BELOW]
                     || kind == table->deviation_place[HOLD_WITHOUT_REASON];
        int other = after > 1 || before > 1 ? after != before : 0;
        int meant = given == G_STOPPED ? after == 0 : given == G_NONE ? after <= 1 : after == 2 + given;
        if (kind >= 0 && can_be && other && meant)
            table->deviation[one] = table->deviation_place[TOO_LATE];
    }
}

static int reasons_now(const Patient *patient, const Seen *see, int possible)
{
    int found = patient->control == TREATED || patient->control == HELD ? patient->reasons : 0;
    if (see->cytopenia == BAD) found |= CYTOPENIA;
    if (see->hepatic == BAD) found |= HEPATIC;
    if (see->toxicity == BAD) found |= SEVERE;
    if (see->lowest == T) found |= LOWEST;
    if (!found && possible)
        found = (see->cytopenia & BAD ? CYTOPENIA : 0) | (see->hepatic & BAD ? HEPATIC : 0) | (see->toxicity & BAD ? SEVERE : 0)
                | (see->lowest != F ? LOWEST : 0);
    return found ? found : UNORDERED;
}

/* Step 4: what was given, else what was recommended, is in force from here on. */
static void follow(Patient *patient, const Seen *see, const Decision *decision, int given, int64_t now)
{
    int control = decision->control, level = decision->level, dose = decision->dose, effects = decision->effects;
    if (given < G_NONE) {
        level = patient->control == STOPPED ? patient->level : given, dose = given;
        control = patient->control == STOPPED ? STOPPED : TREATED;
    } else if (given == G_STOPPED) {
        control = STOPPED, level = patient->level, dose = -1;
    } else if (given == G_NONE && decision->dose >= 0) {
        int holds = patient->control == TREATED && effects & E_HOLD, stops = effects & E_STOP || (patient->control != BEFORE && see->may_stop != F);
        control = holds ? HELD : stops ? STOPPED : patient->control == TREATED ? HELD : patient->control;
        level = patient->level, dose = -1;
    } else if (given == G_UNKNOWN && now < 0 && patient->started == NEVER && dose >= 0) {
        control = patient->control, level = patient->level, dose = patient->dose;
    }
    int resumed = patient->control == HELD && control == TREATED && effects & E_BACK << level;
    if (control == STOPPED)
        patient->reasons = 0;
    else if (control == HELD)
        patient->reasons = reasons_now(patient, see, patient->control == TREATED && effects & E_HOLD);
    else if (resumed)
        patient->reasons = 0;
    if (patient->started == NEVER && dose >= 0)
        patient->started = now;
    if (level != patient->level)
        patient->stepped = now;
    patient->control = control, patient->level = level, patient->dose = dose;
}

static void count_episodes(Patient *patient, const Seen *see, int64_t now)
{
    if (patient->started == NEVER || (patient->when[ANC] != now && patient->when[PLATELETS] != now))
        return;
    int low = truth(see->cytopenia, BAD);
    if (low == U)
        return;
    if (!patient->in_episode && low == T)
        patient->in_episode = 1, patient->episodes += patient->episodes < 2;
    else if (patient->in_episode && low == F && see->cytopenia == WELL)
        patient->in_episode = 0;
}

static int text_of(const Patient *patient)
{
    return patient->dose >= 0 ? 2 + patient->dose : patient->control == STOPPED ? 0 : 1;
}

void replay(const Table *table)
{
    Patient patient;
    int64_t open = 0; /* the first row that a later change of the dose can show to be late */
    for (int64_t row = 0; row < table->rows; row++) {
        int64_t now = table->elapsed[row];
        if (row == 0 || table->patient[row] != table->patient[row - 1]) {
            open = row;
            patient = (Patient){.started = NEVER, .stepped = NEVER, .control = BEFORE, .level = -1, .dose = -1};
            for (int input = 0; input <= RESPONSE; input++)
                patient.when[input] = NEVER;
        }
        table->refused[row] = read_row(table, &patient, row, now);
        Seen see = seen(&patient, now);
        count_episodes(&patient, &see, now);
        Decision decision = patient.control == TREATED ? going_on(&patient, &see) : patient.control == HELD ? held(&patient, &see)
                            : patient.control == BEFORE ? not_yet(&patient, &see, now) : as_it_is(&patient, DECIDED);
        if (patient.control == STOPPED)
            decision.after = -2, decision.dose = -1, decision.effects = E_STAY;
        int given = bit(table->given_valid, row) ? table->given[row] : G_UNKNOWN, stop, raise;
        offers(&patient, &see, &decision, &stop, &raise);
        int found = given == G_UNKNOWN ? -1 : judged(&patient, &see, &decision, given, raise);
        int meant = given == G_STOPPED ? decision.control == STOPPED : given == G_NONE ? decision.dose < 0 : decision.dose == given;
        int goes_on = patient.control == STOPPED && given < G_NONE && given == patient.dose;
        table->action[row] = decision.action;
        table->rule[row] = decision.rule < 0 ? -1 : table->rule_place[decision.rule];
        table->before[row] = table->dose_place[text_of(&patient)];
        table->after[row] = table->dose_place[decision.after + 2];
        table->status[row] = decision.status;
        table->permitted[row] = ((decision.after + 2) * 3 + stop) * 3 + raise;
        table->verdict[row] = found;
        table->deviation[row] = found < 0 || found == EVERY || meant ? -1 : found == SOME ? table->deviation_place[NOT_DECIDABLE]
                                : goes_on ? -1 : table->deviation_place[deviation(&patient, &see, &decision, given, raise)];
        table->withheld[row] = table->silent[row] = 0;
        table->assumed[row] = found < 0;
        int dose = patient.dose;
        follow(&patient, &see, &decision, given, now);
        if (found >= 0 && (patient.dose != dose || patient.control == STOPPED))
            late(table, open, row, given);
        if (found < 0 || patient.dose != dose || patient.control == STOPPED)
            open = row + (found < 0 || patient.dose != dose);
    }
}
