/* Other forms of a Billbee answer: XML, and what the Swagger file says it would be. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"

/* ---- XML ---- */

static void value_text(struct text *t, const char *name, const json_t *value);

static void members_text(struct text *t, const json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(object), key, value)
    {
        value_text(t, key, value);
    }
}

static void plain_text(struct text *t, const json_t *value)
{
    char *s;

    if (json_is_string(value)) {
        text_xml(t, json_string_value(value), json_string_length(value));
        return;
    }
    s = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    text_str(t, s ? s : "");
    free(s);
}

static void value_text(struct text *t, const char *name, const json_t *value)
{
    size_t i;
    const json_t *each;

    if (json_is_null(value)) {
        text_fmt(t, "<%s i:nil=\"true\"/>", name);
        return;
    }
    text_fmt(t, "<%s>", name);
    if (json_is_object(value))
        members_text(t, value);
    else if (json_is_array(value))
        json_array_foreach(value, i, each)
        {
            value_text(t, "Item", each);
        }
    else
        plain_text(t, value);
    text_fmt(t, "</%s>", name);
}

void bb_as_xml(struct call *c)
{
    struct text *body = &c->reply.body;
    json_t *root = json_loadb(body->s ? body->s : "", body->len, JSON_DECODE_ANY, NULL);

    c->reply.type = "application/xml; charset=utf-8";
    if (!root)
        return;
    text_clear(body);
    text_str(body, "<Answer xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">");
    if (json_is_object(root))
        members_text(body, root);
    else
        value_text(body, "Items", root);
    text_str(body, "</Answer>");
    json_decref(root);
}

/* ---- by the book ---- */

/* A date gets the zone that its format in the file asks for; NULL: it is no date without one. */
static json_t *zoned_date(const json_t *value)
{
    const char *s = json_string_value(value);
    int64_t wall, off;
    struct text t = {0};
    json_t *date;

    if (!s || strlen(s) < strlen("2024-05-02T08:15:09") || s[4] != '-' || s[10] != 'T' ||
        strpbrk(s + 10, "Z+-") || !bb_date_parse(s, &wall))
        return NULL;
    off = (wall - bb_wall_to_utc(wall)) / 60000;
    text_fmt(&t, "%s+%02d:%02d", s, (int)(off / 60), (int)(off % 60));
    date = json_string(t.s);
    text_done(&t);
    return date;
}

static void follow_book(json_t *object)
{
    const char *key;
    json_t *each, *zoned;
    void *next;
    size_t i;

    json_array_foreach(object, i, each)
    {
        follow_book(each);
    }
    json_object_foreach_safe(object, next, key, each)
    {
        if (json_is_null(each)) {
            (void)json_object_del(object, key);
            continue;
        }
        if (same_text(key, "ErrorDescription"))
            (void)json_object_set(object, key, json_object_get(object, "ErrorCode"));
        zoned = zoned_date(each);
        if (zoned)
            (void)json_object_set_new(object, key, zoned);
        else
            follow_book(each);
    }
}

void bb_by_the_book(struct call *c)
{
    struct text *body = &c->reply.body;
    json_t *root = json_loadb(body->s ? body->s : "", body->len, JSON_DECODE_ANY, NULL);
    char *s;

    if (!root)
        return;
    follow_book(root);
    s = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    json_decref(root);
    text_clear(body);
    text_str(body, s ? s : "");
    free(s);
}
