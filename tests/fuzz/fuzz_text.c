/* One text from anywhere, through everything that works on texts alone: what is written can be read
 * again, what was cleaned is clean, what is shown is one line. */
#include "fuzz/fuzz.h"

#include "connector/fields.h"
#include "core/clock.h"
#include "core/decimal.h"
#include "core/text.h"
#include "wire/csv.h"
#include "wire/json.h"
#include "wire/unicode.h"
#include "wire/url.h"
#include "wire/xml.h"

/* ---- core ---- */

static void check_parts(const char *text, struct arena *arena)
{
    static const char *const words[] = {"orders", "shipments", "Straße", NULL};
    const char *trimmed = text_trim(arena, text), *at = text;
    size_t count = 0, parts = 1;

    must(text_same(text_trim(arena, trimmed), trimmed));
    must(text_is_empty(text) == !*trimmed);
    while (utf8_next(&at))
        count++;
    must(utf8_count(text) == count && utf8_prefix(text, count) == strlen(text));
    for (at = text; *at; at++)
        parts += *at == ',';
    (void)text_split(arena, text, ',', &count);
    must(count == parts);
    (void)text_nearest(text, words);
    must(!text_is_digits(text) || strspn(text, "0123456789") == strlen(text));
}

static void check_number(const char *text, unsigned scale)
{
    AUTO(buf_done) struct buf written = {0};
    int64_t number = 0, again = 0;
    struct err err;

    if (!decimal_parse(text, scale, &number, &err)) {
        check_err(&err);
        return;
    }
    decimal_put(&written, number, scale, 0, '.');
    must(decimal_parse(buf_str(&written), scale, &again, &err) && again == number);
    buf_reset(&written);
    decimal_put_fixed(&written, number, scale, 2, ',');
    must(written.len >= 4);
}

static void check_times(const char *text)
{
    char iso[ISO_TEXT_SIZE];
    int64_t utc = 0, again = 0;
    struct err err;

    if (iso_parse(text, &utc, &err))
        must(iso_parse(iso_text(utc, iso), &again, &err) && again == utc);
    else
        check_err(&err);
    utc = http_date_utc(text);
    must(utc == UNSAID || iso_parse(iso_text(utc, iso), &again, &err));
}

static void check_day(const char *text)
{
    char written[DAY_TEXT_SIZE];
    int64_t day = 0, again = 0;
    struct err err;

    if (day_parse(text, &day, &err))
        must(day_parse(day_text(day, written), &again, &err) && again == day);
    else
        check_err(&err);
}

/* ---- wire ---- */

static void check_unicode(const char *text, struct arena *arena)
{
    const char *clean = unicode_clean(arena, text), *fold = unicode_fold(arena, text);

    check_text(clean);
    check_text(fold);
    must(text_same(unicode_clean(arena, clean), clean));
    must(text_same(unicode_fold(arena, fold), fold));
    must(!strstr(clean, "  ") && !strpbrk(clean, "\t\n\r"));
}

static void check_url(const char *text, struct arena *arena)
{
    AUTO(buf_done) struct buf url = {0};

    buf_text(&url, "http://localhost/?a=1&b=");
    url_put(&url, text);
    must(!*text || text_same(url_parameter(buf_str(&url), "b", arena), text));
    check_text(url_parameter(text, "cursor", arena));
}

static void check_json(const char *text, struct arena *arena)
{
    AUTO(buf_done) struct buf json = {0};
    const struct node *root;
    struct err err;

    json_put_text(&json, text);
    must(json_parse(json.data, json.len, arena, &root, &err) && text_same(root->text, text));
}

static void check_xml(const char *text, struct arena *arena)
{
    AUTO(buf_done) struct buf xml = {0}, again = {0};
    const struct node *root;
    struct err err;

    xml_leaf(&xml, "A", text);
    must(xml_parse(xml.data, xml.len, arena, &root, &err));
    xml_leaf(&again, "A", root->text); /* without what XML cannot say */
    must(text_same(buf_str(&xml), buf_str(&again)));
}

/* What a spreadsheet can only read as a number. */
static bool is_number(const char *cell)
{
    return strspn(cell + 1, "0123456789.,") == strlen(cell + 1);
}

static void check_cell(const char *cell, const char *text, struct arena *arena)
{
    const char *plain = text_trim(arena, text), *first = text + strspn(text, " \t\r\n\v\f");

    if (*cell == '\'' && !text_same(cell, plain))
        plain = text_trim(arena, arena_format(arena, "'%s", text));
    must(text_same(cell, plain));
    /* Blanks beyond ASCII are cut by us alone. */
    must(!*cell || !strchr("=+-@", *cell) || is_number(cell) || (signed char)*first < 0);
}

static void check_csv(const char *text, enum csv_dialect dialect, struct arena *arena)
{
    AUTO(buf_done) struct buf csv = {0};
    struct csv_out out = csv_begin(&csv, dialect);
    struct csv_table table;
    struct err err;

    csv_cell(&out, "head");
    csv_cell(&out, "text");
    csv_row_end(&out);
    csv_cell(&out, "row");
    csv_cell(&out, text);
    csv_row_end(&out);
    must(csv_read("a.csv", csv.data, csv.len, arena, &table, &err));
    must(table.rows_len == 1 && table.rows[0].cells_len == 2);
    check_cell(table.rows[0].cells[1], text, arena);
}

/* ---- connector ---- */

static void check_remark(const char *text)
{
    AUTO(buf_done) struct buf remark = {0};

    remark_put(&remark, text);
    must(remark.len <= REMARK_MAX + 4 && !strpbrk(buf_str(&remark), "\r\n\t"));
    check_text(buf_str(&remark));
}

static void check_values(const char *text)
{
    for (int as = AS_INT; as <= AS_TIME_LOCAL; as++) {
        int64_t value = UNSAID;
        struct err err;

        if (!value_read((enum field_as)as, text, NULL, &value, &err))
            check_err(&err);
        else if (as == AS_KILOGRAMS || as == AS_GRAMS)
            must(value == UNSAID || value > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input input = input_of(bytes, len);
    const char *text;

    if (!utf8_valid(input.at, input.len))
        return 0;
    text = arena_slice(&arena, input.at, input.len);
    check_parts(text, &arena);
    for (unsigned scale = 0; scale <= 4; scale++)
        check_number(text, scale);
    check_times(text);
    check_day(text);
    check_unicode(text, &arena);
    check_url(text, &arena);
    check_json(text, &arena);
    check_xml(text, &arena);
    check_csv(text, CSV_RFC4180, &arena);
    check_csv(text, CSV_EXCEL_DE, &arena);
    check_remark(text);
    check_values(text);
    return 0;
}
