#include "connector/fields.h"

#include "core/clock.h"
#include "core/decimal.h"
#include "core/text.h"

#define VALUE_MAX 64
#define YEAR_ZERO_MAX 1900 /* systems write 01.01.0001 or 1899-12-30 for "no date" */

/* ---- times ---- */

/* Reads exactly `count` digits and moves on. */
static bool take_digits(const char **at, unsigned count, int *out)
{
    int number = 0;

    for (unsigned i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        number = number * 10 + (**at - '0');
    }
    *out = number;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_time(const char **at, struct civil *civil)
{
    if (!take_digits(at, 2, &civil->hour) || !take_char(at, ':') ||
        !take_digits(at, 2, &civil->minute))
        return false;
    return !take_char(at, ':') || take_digits(at, 2, &civil->second);
}

/* dd.MM.yyyy or dd-MM-yyyy, perhaps with a time behind a blank. */
static bool read_german(const char *text, struct civil *civil)
{
    const char *at = text;
    char mark;

    *civil = (struct civil){0};
    if (!take_digits(&at, 2, &civil->day) || (*at != '.' && *at != '-'))
        return false;
    mark = *at++;
    if (!take_digits(&at, 2, &civil->month) || !take_char(&at, mark) ||
        !take_digits(&at, 4, &civil->year))
        return false;
    if (take_char(&at, ' ') && !take_time(&at, civil))
        return false;
    return !*at;
}

/* Has the ISO text a zone of its own? */
static bool names_zone(const char *iso)
{
    size_t len = strlen(iso);
    const char *time = len > 10 ? iso + 10 : "";

    return strpbrk(time, "Zz+-") != NULL;
}

static bool read_time(const char *text, struct zone *zone, int64_t *out, struct err *err)
{
    struct civil civil;
    int64_t utc;

    if (!read_german(text, &civil)) {
        if (!iso_parse(text, &utc, err))
            return err_set(err, ERR_RECORD, "'%s' is not a date and time", text);
        civil = civil_from_seconds(utc);
        if (names_zone(text)) {
            *out = civil.year <= YEAR_ZERO_MAX ? UNSAID : utc;
            return true;
        }
    }
    if (!civil_valid(&civil))
        return err_set(err, ERR_RECORD, "'%s' is not a date and time", text);
    *out = civil.year <= YEAR_ZERO_MAX ? UNSAID
           : zone                      ? zone_utc(zone, &civil)
                                       : civil_seconds(&civil);
    return true;
}

void put_time_de(struct buf *buf, struct zone *zone, int64_t utc)
{
    struct civil civil = zone_local(zone, utc);

    buf_format(buf, "%02d.%02d.%04d %02d:%02d:%02d", civil.day, civil.month, civil.year, civil.hour,
               civil.minute, civil.second);
}

/* ---- numbers ---- */

/* "12", and "12,00" as Afterbuy writes numbers it documents as Float. */
static bool read_int(const char *text, int64_t *out, struct err *err)
{
    int64_t hundredths;

    if (integer_parse(text, out, err))
        return true;
    if (!decimal_parse(text, 2, &hundredths, err) || hundredths % 100 != 0)
        return err_set(err, ERR_RECORD, "'%s' is not a whole number", text);
    *out = hundredths / 100;
    return true;
}

static bool read_flag(const char *text, int64_t *out, struct err *err)
{
    static const char *const yes[] = {"1", "-1", "true", "yes"}, *const no[] = {"0", "false", "no"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (text_same_nocase(text, yes[i])) {
            *out = 1;
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (text_same_nocase(text, no[i])) {
            *out = 0;
            return true;
        }
    }
    return err_set(err, ERR_RECORD, "'%s' is neither yes nor no", text);
}

static bool read_measure(const char *what, const char *text, unsigned scale, int64_t *out,
                         struct err *err)
{
    int64_t measure;

    if (!decimal_parse(text, scale, &measure, err))
        return err_wrap(err, "%s", what);
    if (measure < 0)
        return err_set(err, ERR_RECORD, "%s '%s' is below zero", what, text);
    *out = measure > 0 ? measure : UNSAID;
    return true;
}

/* ---- values and rows ---- */

/* What stands between plain blanks. */
static const char *between_blanks(const char *text, size_t *len)
{
    static const char blanks[] = " \t\r\n";

    text += strspn(text, blanks);
    *len = strlen(text);
    while (*len && strchr(blanks, text[*len - 1]))
        --*len;
    return text;
}

/* The text without blanks at its ends; false when it is longer than any number or time. */
static bool strip(const char *text, char out[static VALUE_MAX])
{
    size_t len;

    text = between_blanks(text, &len);
    if (len >= VALUE_MAX)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

bool value_read(enum field_as as, const char *text, struct zone *zone, int64_t *out,
                struct err *err)
{
    char bare[VALUE_MAX];

    if (text_is_empty(text)) {
        *out = UNSAID;
        return true;
    }
    if (!strip(text, bare))
        return err_set(err, ERR_RECORD, "'%.20s...' is too long for a number or a time", text);
    switch (as) {
    case AS_INT:
        return read_int(bare, out, err);
    case AS_FLAG:
        return read_flag(bare, out, err);
    case AS_MONEY:
        return decimal_parse(bare, 4, out, err);
    case AS_KILOGRAMS:
        return read_measure("weight", bare, 3, out, err);
    case AS_GRAMS:
        return read_measure("weight", bare, 0, out, err);
    case AS_CENTIMETRES:
        return read_measure("length", bare, 1, out, err);
    case AS_TIME_ISO:
        return iso_parse(bare, out, err);
    case AS_TIME_LOCAL:
        return read_time(bare, zone, out, err);
    case AS_TEXT:
    case AS_WRITTEN:
        break;
    }
    return err_set(err, ERR_RECORD, "a text is no number");
}

static void take_text(enum field_as as, const char *text, const char **into, struct arena *arena)
{
    size_t len;

    if (*into || text_is_empty(text))
        return;
    if (as == AS_TEXT) {
        *into = text_trim(arena, text);
        return;
    }
    text = between_blanks(text, &len);
    *into = text[len] ? arena_slice(arena, text, len) : text;
}

static bool take_number(const struct field_path *row, const char *text, struct zone *zone,
                        int64_t *into, struct err *err)
{
    if (said(*into) || value_read(row->as, text, zone, into, err))
        return true;
    return err_wrap(err, "%s", row->path);
}

bool fields_read(const struct fields *fields, const struct node *node, struct zone *zone,
                 void *into, struct arena *arena, struct err *err)
{
    struct err first = {0};

    for (size_t i = 0; i < fields->len; i++) {
        const struct field_path *row = &fields->rows[i];
        void *slot = (char *)into + row->offset;
        const char *text = node_text(node, row->path);
        struct err trouble;

        if (!text)
            continue;
        if (row->as == AS_TEXT || row->as == AS_WRITTEN)
            take_text(row->as, text, slot, arena);
        else if (!take_number(row, text, zone, slot, &trouble) && !first.kind)
            first = trouble;
    }
    if (first.kind)
        *err = first;
    return !first.kind;
}

/* ---- records ---- */

void record_flaw(struct record *record, const char *text, struct arena *arena)
{
    if (record->flaw)
        return;
    record->flaw = arena_text(arena, text);
    record->flaw_code = "unreadable";
}

void fields_read_record(const struct fields *fields, const struct node *node, struct zone *zone,
                        void *into, struct record *record, struct arena *arena)
{
    struct err err;

    if (!fields_read(fields, node, zone, into, arena, &err))
        record_flaw(record, err.text, arena);
}

static uint64_t texts_hash(const struct node *node)
{
    uint64_t hash = text_hash(node->text ? node->text : "");

    for (const struct node *child = node->child; child; child = child->next)
        hash = hash * 31 + texts_hash(child);
    return hash;
}

const char *record_ref(struct record *record, const char *id, const struct node *entry,
                       struct arena *arena)
{
    id = text_trim(arena, id);
    if (text_is_digits(id))
        return id;
    record_flaw(record, text_is_empty(id) ? "it has no id" : "its id is not a number", arena);
    return arena_format(arena, "unnamed-%016llx", (unsigned long long)texts_hash(entry));
}
