/* The answers of the Billbee simulator for a client that does not ask for JSON. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"

static void value_text(struct text *t, const char *name, const json_t *value);

static void members_text(struct text *t, const json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(json_steps(object), key, value) value_text(t, key, value);
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
        json_array_foreach(value, i, each) value_text(t, "Item", each);
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
