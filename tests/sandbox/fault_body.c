/* The faults of content: a JSON or XML answer that is not quite what was agreed. */
#include "sandbox/fault.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/clock.h"
#include "sandbox/index.h"
#include "sandbox/system.h"

enum { ODD_STATUS = 98765, CLOCK_OFF_S = 86400, BOMB_MIB = 72, LEVELS = 10000 };

/* Replaces n bytes of the body. */
static void splice(struct text *body, size_t at, size_t n, const char *with)
{
    struct text out = {0};

    text_add(&out, body->s, at);
    text_str(&out, with);
    text_add(&out, body->s + at + n, body->len - at - n);
    text_done(body);
    *body = out;
}

/* The first letter of the last free text becomes a byte that is no UTF-8. */
static bool bad_utf8(struct text *body)
{
    for (size_t i = body->len; i-- > 1;) {
        unsigned char c = (unsigned char)body->s[i];

        if (c < 0x80)
            continue;
        body->s[i] = '?';
        return true;
    }
    for (size_t i = 1; i + 1 < body->len; i++) {
        if (body->s[i] == 'e' && body->s[i - 1] >= 'a' && body->s[i - 1] <= 'z' &&
            strchr("\"<", body->s[i + 1]) == NULL) {
            body->s[i] = (char)0xe9;
            return true;
        }
    }
    return false;
}

/* Blanks without end, which are well-formed in either syntax and take no room when packed. */
static bool gz_bomb(struct call *c)
{
    static char blanks[1 << 20];

    if (!c->accept_encoding || !strstr(c->accept_encoding, "gzip"))
        return false;
    memset(blanks, ' ', sizeof blanks);
    for (int64_t mib = fault_number(c, "mib", BOMB_MIB); mib > 0; mib--)
        text_add(&c->reply.body, blanks, sizeof blanks);
    c->reply.gzip = true;
    return true;
}

/* Well-formed, and deeper than anybody means it. */
static bool deep(struct call *c, bool is_json)
{
    int64_t levels = fault_number(c, "levels", LEVELS);

    text_clear(&c->reply.body);
    for (int64_t i = 0; i < levels; i++)
        text_str(&c->reply.body, is_json ? "[" : "<a>");
    for (int64_t i = 0; i < levels; i++)
        text_str(&c->reply.body, is_json ? "]" : "</a>");
    return true;
}

/* ---- JSON ---- */

/* The list that the answer is about; NULL when it has none. */
static json_t *main_list(json_t *root)
{
    static const char *const names[] = {"results",          "parcels", "data",     "Data",
                                        "shipping_methods", "parcel",  "bookings", "products",
                                        "articles",         "packages"};

    if (json_is_array(root))
        return root;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *list = json_object_get(root, names[i]);

        if (json_is_array(list))
            return list;
    }
    return NULL;
}

/* The object whose fields suffer: the first of the list, or the only one. */
static json_t *main_object(json_t *root)
{
    json_t *list = main_list(root), *inner;

    if (list)
        return json_array_get(list, 0);
    inner = json_object_get(root, "parcel");
    inner = inner ? inner : json_object_get(root, "data");
    inner = inner ? inner : json_object_get(root, "Data");
    return json_is_object(inner) ? inner : root;
}

/* The named field of the rule, or one by chance. */
static const char *chosen_field(const struct call *c, json_t *object)
{
    const char *wanted = fault_field(c);
    size_t n = json_object_size(object), i = 0;
    const char *key;
    json_t *value;

    if (wanted)
        return json_object_get(object, wanted) ? wanted : NULL;
    if (!n)
        return NULL;
    n = hash_mix((uint64_t)clock_ms() + c->reply.body.len) % n;
    json_object_foreach(object, key, value)
    {
        if (i++ == n)
            return key;
    }
    return NULL;
}

static json_t *other_than_text(const json_t *value)
{
    int64_t n;

    return int_of(json_string_value(value), &n) ? json_integer(n)
                                                : json_pack("{s:O}", "value", value);
}

static json_t *other_than_int(const json_t *value)
{
    struct text digits = {0};
    json_t *s;

    text_int(&digits, json_integer_value(value));
    s = json_string(digits.s);
    text_done(&digits);
    return s;
}

static json_t *other_type(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return other_than_text(value);
    case JSON_INTEGER:
        return other_than_int(value);
    case JSON_REAL:
        return json_string("1,5");
    case JSON_TRUE:
        return json_string("true");
    case JSON_FALSE:
        return json_string("false");
    case JSON_ARRAY:
        return json_object();
    case JSON_OBJECT:
        return json_array();
    case JSON_NULL:
        break;
    }
    return json_false();
}

static bool odd_status(json_t *object)
{
    json_t *status = json_object_get(object, "status");

    if (json_is_integer(json_object_get(object, "State")))
        return json_object_set_new(object, "State", json_integer(ODD_STATUS)) == 0;

    if (!status)
        status = json_object_get(json_object_get(object, "order_details"), "status");
    if (json_object_get(status, "id"))
        return json_object_set_new(status, "id", json_integer(ODD_STATUS)) == 0 &&
               json_object_set_new(status, "message", json_string("Beamed up")) == 0;
    if (json_object_get(status, "code"))
        return json_object_set_new(status, "code", json_string("BEAMED_UP")) == 0;
    if (json_object_get(object, "statusName"))
        return json_object_set_new(object, "statusName", json_string("BEAMED_UP")) == 0 &&
               json_object_set_new(object, "orderStatus", json_string("BEAMED_UP")) == 0;
    if (json_object_get(object, "orderStatusId"))
        return json_object_set_new(object, "orderStatusId", json_string("98765")) == 0;
    return false;
}

static bool null_list(json_t **root)
{
    static const char *const names[] = {"results",  "parcels",          "data",
                                        "Data",     "shipping_methods", "bookings",
                                        "products", "articles",         "packages"};

    if (json_is_array(*root)) {
        json_decref(*root);
        *root = json_null();
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (json_is_array(json_object_get(*root, names[i])))
            return json_object_set_new(*root, names[i], json_null()) == 0;
    }
    return false;
}

static bool spoil_object(struct call *c, json_t *object)
{
    const char *field;

    if (!json_is_object(object))
        return false;
    if (c->fault.kind == FAULT_NEW_FIELD)
        return json_object_set_new(object, "sandbox_novelty",
                                   json_pack("{s:[i,n,{s:s}]}", "list", 1, "deep", "ä")) == 0;
    if (c->fault.kind == FAULT_UNKNOWN_STATUS)
        return odd_status(object);
    field = chosen_field(c, object);
    if (!field)
        return false;
    if (c->fault.kind == FAULT_MISSING_FIELD)
        return json_object_del(object, field) == 0;
    return json_object_set_new(object, field, other_type(json_object_get(object, field))) == 0;
}

static bool spoil_json(struct call *c)
{
    json_t *root = json_loadb(c->reply.body.s, c->reply.body.len, JSON_DECODE_ANY, NULL);
    bool done;
    char *s;

    if (!root)
        return false;
    done = c->fault.kind == FAULT_NULL_LIST ? null_list(&root) : spoil_object(c, main_object(root));
    s = done ? json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(root);
    if (!s)
        return false;
    text_clear(&c->reply.body);
    text_str(&c->reply.body, s);
    free(s);
    return true;
}

/* ---- XML ---- */

/* The first <name ...>...</name>, tags included. */
static bool find_element(const struct text *body, const char *name, size_t *at, size_t *n)
{
    struct text open = {0}, close = {0};
    const char *from, *to;
    bool found;

    text_fmt(&open, "<%s>", name);
    text_fmt(&close, "</%s>", name);
    from = strstr(body->s, open.s);
    to = from ? strstr(from, close.s) : NULL;
    found = to != NULL;
    if (found) {
        *at = (size_t)(from - body->s);
        *n = (size_t)(to - from) + close.len;
    }
    text_done(&open);
    text_done(&close);
    return found;
}

static bool put_element(struct text *body, const char *name, const char *with)
{
    size_t at, n;

    if (!find_element(body, name, &at, &n))
        return false;
    splice(body, at, n, with);
    return true;
}

/* The record of the answer: what starts a new line of unknown elements in front of its first one.
 */
static bool new_element(struct text *body)
{
    static const char *const records[] = {"<Order>\r\n", "<Product>\r\n", "<Result>\r\n"};

    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        const char *at = strstr(body->s, records[i]);

        if (!at)
            continue;
        splice(body, (size_t)(at - body->s) + strlen(records[i]), 0,
               "<Neuheit Art=\"1\"><Liste><Wert>ä</Wert><Wert/></Liste></Neuheit>\r\n");
        return true;
    }
    return false;
}

static bool change_type(struct text *body, const char *name)
{
    struct text with = {0};
    bool done;

    text_fmt(&with, "<%s>zwei</%s>", name, name);
    done = put_element(body, name, with.s);
    text_done(&with);
    return done;
}

static bool wrong_stamps(const struct call *c, struct text *body)
{
    struct text with = {0};
    int64_t off = fault_number(c, "seconds", CLOCK_OFF_S);
    bool done;

    text_str(&with, "<AfterbuyTimeStamp>");
    text_german(&with, clock_local() + off);
    text_str(&with, "</AfterbuyTimeStamp>");
    done = put_element(body, "AfterbuyTimeStamp", with.s);
    text_clear(&with);
    text_str(&with, "<AfterbuyUniversalTimeStamp>");
    text_german(&with, clock_s() + off);
    text_str(&with, "</AfterbuyUniversalTimeStamp>");
    done = put_element(body, "AfterbuyUniversalTimeStamp", with.s) && done;
    text_done(&with);
    return done;
}

static bool spoil_xml(struct call *c)
{
    struct text *body = &c->reply.body;
    const char *field = fault_field(c);

    if (c->fault.kind == FAULT_NEW_FIELD)
        return new_element(body);
    if (c->fault.kind == FAULT_MISSING_FIELD)
        return put_element(body, field ? field : "ItemQuantity", "");
    if (c->fault.kind == FAULT_TYPE_CHANGE)
        return change_type(body, field ? field : "ItemQuantity");
    if (c->fault.kind == FAULT_NULL_LIST)
        return put_element(body, "SoldItems", "<SoldItems/>") ||
               put_element(body, "Products", "<Products/>");
    if (c->fault.kind == FAULT_UNKNOWN_STATUS)
        return put_element(body, "InternalItemType", "<InternalItemType>999</InternalItemType>");
    if (c->fault.kind == FAULT_WRONG_CLOCK)
        return wrong_stamps(c, body);
    return false;
}

bool fault_body(struct call *c)
{
    const char *type = c->reply.type ? c->reply.type : "";

    if (!c->reply.body.len)
        return false;
    if (c->fault.kind == FAULT_BAD_UTF8)
        return bad_utf8(&c->reply.body);
    if (c->fault.kind == FAULT_GZ_BOMB)
        return gz_bomb(c);
    if (c->fault.kind == FAULT_DEEP)
        return deep(c, strstr(type, "json") != NULL);
    if (c->fault.kind == FAULT_BOM) {
        splice(&c->reply.body, 0, 0, "\xef\xbb\xbf");
        return true;
    }
    if (strstr(type, "json"))
        return c->fault.kind != FAULT_WRONG_CLOCK && spoil_json(c);
    return strstr(type, "xml") && spoil_xml(c);
}
