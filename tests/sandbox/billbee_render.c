/* Objects of the Billbee API, written and judged by their tables. */
#include "sandbox/billbee_shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/call.h"

/* ---- writing ---- */

void bb_number_text(struct text *t, double value, int zeros)
{
    char digits[64];
    const char *point;
    int have;

    (void)snprintf(digits, sizeof digits, "%.15g", value);
    if (strchr(digits, 'e'))
        (void)snprintf(digits, sizeof digits, "%.11f", value);
    text_str(t, digits);
    point = strchr(digits, '.');
    have = point ? (int)strlen(point + 1) : 0;
    if (!point && zeros)
        text_char(t, '.');
    for (; have < zeros; have++)
        text_char(t, '0');
}

static void render_raw(struct text *t, const json_t *value)
{
    char *s = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    text_str(t, s ? s : "null");
    free(s);
}

static void render_list(struct text *t, const struct bb_field *f, const json_t *list, bool extra)
{
    text_char(t, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *each = json_array_get(list, i);

        text_str(t, i ? "," : "");
        if (json_is_object(each))
            bb_render(t, f->of, each, extra);
        else
            render_raw(t, each);
    }
    text_char(t, ']');
}

/* Digits in a text are as good as a number: so a scenario says 3498.6000000. */
static void render_text(struct text *t, const struct bb_field *f, const json_t *value)
{
    bool whole = f->kind == BB_INT || f->kind == BB_LONG;
    int64_t n;

    if ((f->kind == BB_NUMBER && bb_is_decimal(value)) ||
        (whole && int_of(json_string_value(value), &n)))
        text_str(t, json_string_value(value));
    else
        text_json_n(t, json_string_value(value), json_string_length(value));
}

/* What does not fit its row is written as it is: a scenario may want it so. */
static void render_value(struct text *t, const struct bb_field *f, const json_t *value, bool extra)
{
    if (json_is_string(value))
        render_text(t, f, value);
    else if (json_is_number(value) && f->kind == BB_NUMBER)
        bb_number_text(t, json_number_value(value), f->zeros);
    else if (json_is_object(value) && f->kind == BB_OBJECT)
        bb_render(t, f->of, value, extra);
    else if (json_is_array(value) && f->kind == BB_LIST)
        render_list(t, f, value, extra);
    else
        render_raw(t, value);
}

static void render_member(struct text *t, const struct bb_field *f, const json_t *value, bool extra)
{
    text_char(t, '"');
    text_str(t, f->name);
    text_str(t, "\":");
    if (f->mark) {
        text_char(t, BB_MARK_BYTE);
        text_char(t, f->mark);
    } else if (value) {
        render_value(t, f, value, extra);
    } else {
        text_str(t, f->otherwise);
    }
}

static void render_extra(struct text *t, const struct bb_field *shape, const json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(object), key, value)
    {
        if (bb_field_find(shape, key))
            continue;
        text_char(t, ',');
        text_json(t, key);
        text_char(t, ':');
        render_raw(t, value);
    }
}

void bb_render(struct text *t, const struct bb_field *shape, const json_t *object, bool extra)
{
    size_t known = 0;

    for (const struct bb_field *f = shape; f->name; f++) {
        const json_t *value = json_object_get(object, f->name);

        text_char(t, f == shape ? '{' : ',');
        render_member(t, f, value, extra);
        known += value != NULL;
    }
    if (extra && known < json_object_size(object))
        render_extra(t, shape, object);
    text_char(t, '}');
}

const struct bb_field *bb_field_find(const struct bb_field *shape, const char *name)
{
    const struct bb_field *f = shape;

    while (f->name && strcmp(f->name, name) != 0)
        f++;
    return f->name ? f : NULL;
}

/* ---- judging ---- */

bool bb_is_decimal(const json_t *value)
{
    const char *s = json_string_value(value);
    size_t digits;

    if (!s)
        return false;
    s += *s == '-';
    digits = strspn(s, "0123456789");
    s += digits;
    if (*s == '.')
        s += 1 + strspn(s + 1, "0123456789");
    return digits && !*s;
}

static const char *system_type(enum bb_kind kind)
{
    static const char *const names[] = {[BB_TEXT] = "System.String",
                                        [BB_INT] = "System.Int32",
                                        [BB_LONG] = "System.Int64",
                                        [BB_NUMBER] = "System.Decimal",
                                        [BB_BOOL] = "System.Boolean",
                                        [BB_DATE] = "System.DateTime",
                                        [BB_OBJECT] = "System.Object",
                                        [BB_LIST] = "System.Collections.Generic.List`1",
                                        [BB_TEXTS] = "System.Collections.Generic.List`1",
                                        [BB_ANY] = "System.Object",
                                        [BB_MARK] = "System.Object"};

    return names[kind];
}

static bool fits_whole(const json_t *value, bool small)
{
    int64_t n = json_integer_value(value);

    if (!json_is_integer(value) && !int_of(json_string_value(value), &n))
        return false;
    return !small || (n >= INT32_MIN && n <= INT32_MAX);
}

static bool fits_bool(const json_t *value)
{
    const char *s = json_string_value(value);

    return json_is_boolean(value) || json_is_integer(value) || same_word(s, "true") ||
           same_word(s, "false");
}

/* Json.NET turns plain values into each other where it can. */
static bool fits(enum bb_kind kind, const json_t *value)
{
    int64_t wall;

    switch (kind) {
    case BB_TEXT:
        return !json_is_object(value) && !json_is_array(value);
    case BB_INT:
    case BB_LONG:
        return fits_whole(value, kind == BB_INT);
    case BB_NUMBER:
        return json_is_number(value) || bb_is_decimal(value);
    case BB_BOOL:
        return fits_bool(value);
    case BB_DATE:
        return bb_date_parse(json_string_value(value), &wall);
    case BB_OBJECT:
        return json_is_object(value);
    case BB_LIST:
    case BB_TEXTS:
        return json_is_array(value);
    case BB_ANY:
    case BB_MARK:
        break;
    }
    return true;
}

static void bind_error(const struct bb_field *f, const json_t *value, const char *path,
                       const char *name, json_t *errors)
{
    struct text key = {0}, why = {0}, shown = {0};

    if (json_is_null(value))
        text_str(&shown, "{null}");
    else
        render_raw(&shown, value);
    text_fmt(&key, "%s.%s", name, path);
    text_fmt(&why, "Error converting value %s to type '%s'. Path '%s', line 1, position 1.",
             shown.s, system_type(f->kind), path);
    (void)json_object_set_new(errors, key.s, json_pack("[s]", why.s));
    text_done(&key);
    text_done(&why);
    text_done(&shown);
}

static void bind_object(const struct bb_field *shape, const json_t *object, const char *path,
                        const char *name, json_t *errors);

static void bind_value(const struct bb_field *f, const json_t *value, const char *path,
                       const char *name, json_t *errors)
{
    struct text inner = {0};

    if (json_is_null(value) ? !f->null : !fits(f->kind, value)) {
        bind_error(f, value, path, name, errors);
        return;
    }
    if (f->kind == BB_OBJECT && f->of)
        bind_object(f->of, value, path, name, errors);
    for (size_t i = 0; f->kind == BB_LIST && f->of && i < json_array_size(value); i++) {
        text_clear(&inner);
        text_fmt(&inner, "%s[%zu]", path, i);
        bind_object(f->of, json_array_get(value, i), inner.s, name, errors);
    }
    text_done(&inner);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the tables are
static void bind_object(const struct bb_field *shape, const json_t *object, const char *path,
                        const char *name, json_t *errors)
{
    struct text inner = {0};

    for (const struct bb_field *f = shape; f->name; f++) {
        const json_t *value = json_object_get(object, f->name);

        if (!value)
            continue;
        text_clear(&inner);
        text_fmt(&inner, "%s%s%s", path, *path ? "." : "", f->name);
        bind_value(f, value, inner.s, name, errors);
    }
    text_done(&inner);
}

bool bb_bind(const struct bb_field *shape, const json_t *object, const char *name, json_t *errors)
{
    bind_object(shape, object, "", name, errors);
    return !json_object_size(errors);
}
