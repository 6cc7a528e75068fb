#include "sandbox/sendcloud_shape.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/clock.h"
#include "sandbox/countries.h"
#include "sandbox/sendcloud.h"

static bool among(const char *s, const char *choices)
{
    size_t n = strlen(s);

    if (!n)
        return false;
    for (const char *at = strstr(choices, s); at; at = strstr(at + 1, s)) {
        if ((at == choices || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    }
    return false;
}

/* Characters, not bytes. */
static size_t length_of(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

char *shape_words(const json_t *in, const char *name)
{
    const json_t *value = json_object_get(in, name);

    if (json_is_number(value))
        return json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
    return mem_copy(json_is_string(value) ? json_string_value(value) : "");
}

/* ---- v2 ---- */

static json_t *v2_complaint(const char *text)
{
    return json_pack("[s]", text);
}

static json_t *v2_complaint_max(size_t max)
{
    struct text t = {0};
    json_t *list;

    text_fmt(&t, "Ensure this field has no more than %zu characters.", max);
    list = v2_complaint(t.s);
    text_done(&t);
    return list;
}

static json_t *v2_no_choice(const char *s)
{
    struct text t = {0};
    json_t *list;

    text_fmt(&t, "\"%s\" is not a valid choice.", s);
    list = v2_complaint(t.s);
    text_done(&t);
    return list;
}

static json_t *v2_check_decimal(const struct shape *f, const char *s)
{
    int64_t milli = 0;

    if (!milli_of(s, &milli) || strchr(s, ','))
        return v2_complaint("A valid number is required.");
    if ((f->flags & SF_CENTS) && milli % 10)
        return v2_complaint("Ensure that there are no more than 2 decimal places.");
    if ((f->flags & SF_POSITIVE) && milli < 1)
        return v2_complaint("Ensure this value is greater than or equal to 0.001.");
    return NULL;
}

/* A text that is neither empty nor too long. */
static json_t *v2_check_meaning(const struct shape *f, const char *s)
{
    int64_t ms;

    if (f->kind == SK_DECIMAL)
        return v2_check_decimal(f, s);
    if (f->kind == SK_INSTANT && !iso_parse(s, &ms))
        return v2_complaint("Datetime has wrong format. Use one of these formats instead: "
                            "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].");
    if (f->kind == SK_EMAIL && !strchr(s, '@'))
        return v2_complaint("Enter a valid email address.");
    if (f->kind == SK_COUNTRY && !country_find(s))
        return v2_no_choice(s);
    return f->choices && !among(s, f->choices) ? v2_no_choice(s) : NULL;
}

static json_t *v2_check_words(const struct shape *f, const char *s)
{
    if (!*s)
        return f->flags & SF_BLANK ? NULL : v2_complaint("This field may not be blank.");
    if (f->max && length_of(s) > f->max)
        return v2_complaint_max(f->max);
    return v2_check_meaning(f, s);
}

static json_t *v2_take_words(const struct shape *f, const json_t *value, struct text *out)
{
    char *digits = NULL;
    const char *s = json_string_value(value);
    json_t *wrong;

    if (json_is_number(value))
        s = digits = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
    wrong = s ? v2_check_words(f, s) : v2_complaint("Not a valid string.");
    if (!wrong)
        text_json(out, s);
    free(digits);
    return wrong;
}

static json_t *v2_take_int(const struct shape *f, const json_t *value, struct text *out)
{
    int64_t n;
    struct text t = {0};
    json_t *wrong = NULL;

    if (json_is_integer(value))
        n = json_integer_value(value);
    else if (!json_is_string(value) || !int_of(json_string_value(value), &n))
        return v2_complaint("A valid integer is required.");
    if ((f->flags & SF_POSITIVE) && n < 1)
        return v2_complaint("Ensure this value is greater than or equal to 1.");
    text_int(&t, n);
    if (f->choices && !among(t.s, f->choices))
        wrong = v2_no_choice(t.s);
    text_done(&t);
    text_int(out, n);
    return wrong;
}

/* n good rows in front of the first bad one. */
static json_t *v2_good_rows(size_t n)
{
    json_t *rows = json_array();

    while (n--)
        (void)json_array_append_new(rows, json_object());
    return rows;
}

/* A list of objects: errors stand at the same place, {} for the good ones. */
static json_t *v2_take_list(const struct shape *f, const json_t *value, struct text *out)
{
    json_t *wrong = NULL;

    if (!json_is_array(value))
        return v2_complaint("Expected a list of items.");
    text_char(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *errors;

        text_str(out, i ? "," : "");
        errors = shape_check_v2(f->fields, json_array_get(value, i), out);
        if (errors && !wrong)
            wrong = v2_good_rows(i);
        if (wrong)
            (void)json_array_append_new(wrong, errors ? errors : json_object());
    }
    text_char(out, ']');
    return wrong;
}

static json_t *v2_take_any(const json_t *value, struct text *out)
{
    char *s = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    text_str(out, s);
    free(s);
    return NULL;
}

static json_t *v2_take_bool(const json_t *value, struct text *out)
{
    text_str(out, json_is_true(value) ? "true" : "false");
    return json_is_boolean(value) ? NULL : v2_complaint("Must be a valid boolean.");
}

static json_t *v2_take(const struct shape *f, const json_t *value, struct text *out)
{
    if (json_is_null(value)) {
        text_str(out, "null");
        return f->flags & SF_NULL ? NULL : v2_complaint("This field may not be null.");
    }
    switch (f->kind) {
    case SK_INT:
        return v2_take_int(f, value, out);
    case SK_LIST:
        return v2_take_list(f, value, out);
    case SK_OBJECT:
        if (!json_is_object(value))
            return v2_complaint("Invalid data. Expected a dictionary.");
        return shape_check_v2(f->fields, value, out);
    case SK_BOOL:
        return v2_take_bool(value, out);
    case SK_ANY:
    case SK_NUMBER:
        return v2_take_any(value, out);
    case SK_TEXT:
    case SK_DECIMAL:
    case SK_INSTANT:
    case SK_COUNTRY:
    case SK_EMAIL:
        break;
    }
    return v2_take_words(f, value, out);
}

/* One field that is there: writes its name and value; a field kept apart is only checked. */
static json_t *v2_take_field(const struct shape *f, const json_t *value, struct text *out)
{
    size_t before = out->len;
    json_t *wrong;

    text_member_raw(out, f->name, "");
    wrong = v2_take(f, value, out);
    if (f->flags & SF_APART)
        out->len = before;
    return wrong;
}

json_t *shape_check_v2(const struct shape *fields, const json_t *in, struct text *out)
{
    json_t *errors = NULL;

    if (!json_is_object(in))
        return json_pack("{s:[s]}", "non_field_errors", "Invalid data. Expected a dictionary.");
    text_char(out, '{');
    for (const struct shape *f = fields; f->name; f++) {
        const json_t *value = json_object_get(in, f->name);
        json_t *wrong = NULL;

        if (value)
            wrong = v2_take_field(f, value, out);
        else if (f->flags & SF_NEED)
            wrong = v2_complaint("This field is required.");
        if (!wrong)
            continue;
        errors = errors ? errors : json_object();
        (void)json_object_set_new(errors, f->name, wrong);
    }
    text_char(out, '}');
    return errors;
}

/* ---- v3 ---- */

static void v3_complain(json_t *errors, const char *pointer, const char *detail)
{
    (void)json_array_append_new(errors, sc_v3_error_entry(400, "invalid", detail, pointer));
}

static const char *v3_check_meaning(const struct shape *f, const char *s)
{
    int64_t ms;

    if (f->kind == SK_INSTANT && !iso_parse(s, &ms))
        return "Input should be a valid datetime";
    if (f->kind == SK_EMAIL && !strchr(s, '@'))
        return "value is not a valid email address";
    if (f->kind == SK_COUNTRY && !country_find(s))
        return "Input should be a valid country code";
    if (f->choices && !among(s, f->choices))
        return "Input should be one of the permitted values";
    return NULL;
}

static const char *v3_check_words(const struct shape *f, const json_t *value)
{
    const char *s = json_string_value(value);

    if (!s)
        return "Input should be a valid string";
    if (!*s)
        return f->flags & SF_BLANK ? NULL : "String should have at least 1 character";
    if (f->max && length_of(s) > f->max)
        return "String should have fewer characters";
    return v3_check_meaning(f, s);
}

/* The type that each kind wants, and how its absence is called; texts are not here. */
static const struct {
    enum shape_kind kind;
    const char *wrong;
} v3_types[] = {{SK_INT, "Input should be a valid integer"},
                {SK_NUMBER, "Input should be a valid number"},
                {SK_BOOL, "Input should be a valid boolean"},
                {SK_OBJECT, "Input should be a valid dictionary"},
                {SK_LIST, "Input should be a valid list"}};

static bool v3_type_fits(enum shape_kind kind, const json_t *value)
{
    if (kind == SK_INT)
        return json_is_integer(value);
    if (kind == SK_NUMBER)
        return json_is_number(value);
    if (kind == SK_BOOL)
        return json_is_boolean(value);
    return kind == SK_OBJECT ? json_is_object(value) : json_is_array(value);
}

static const char *v3_check_plain(const struct shape *f, const json_t *value)
{
    size_t i = 0;

    if (f->kind == SK_ANY)
        return NULL;
    while (i < sizeof v3_types / sizeof *v3_types && v3_types[i].kind != f->kind)
        i++;
    if (i == sizeof v3_types / sizeof *v3_types)
        return v3_check_words(f, value);
    if (!v3_type_fits(f->kind, value))
        return v3_types[i].wrong;
    return (f->flags & SF_POSITIVE) && json_number_value(value) <= 0
               ? "Input should be greater than 0"
               : NULL;
}

static void v3_check_list(const struct shape *f, const json_t *value, const char *pointer,
                          json_t *errors)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct text at = {0};

        text_fmt(&at, "%s/%zu", pointer, i);
        shape_check_v3(f->fields, json_array_get(value, i), at.s, errors);
        text_done(&at);
    }
}

static void v3_check_field(const struct shape *f, const json_t *value, const char *pointer,
                           json_t *errors)
{
    const char *wrong;

    if (json_is_null(value) && (f->flags & SF_NULL))
        return;
    wrong = v3_check_plain(f, value);
    if (wrong)
        v3_complain(errors, pointer, wrong);
    else if (f->kind == SK_OBJECT && f->fields)
        shape_check_v3(f->fields, value, pointer, errors);
    else if (f->kind == SK_LIST && f->fields)
        v3_check_list(f, value, pointer, errors);
}

void shape_check_v3(const struct shape *fields, const json_t *in, const char *pointer,
                    json_t *errors)
{
    if (!json_is_object(in)) {
        v3_complain(errors, pointer, "Input should be a valid dictionary");
        return;
    }
    for (const struct shape *f = fields; f->name; f++) {
        const json_t *value = json_object_get(in, f->name);
        struct text at = {0};

        text_fmt(&at, "%s/%s", pointer, f->name);
        if (value)
            v3_check_field(f, value, at.s, errors);
        else if (f->flags & SF_NEED)
            v3_complain(errors, at.s, "Field required");
        text_done(&at);
    }
}
