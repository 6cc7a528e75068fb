/* What the Billbee simulator answers: envelopes, errors, and its records in words. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/json_quick.h"

const char bb_json_type[] = "application/json; charset=utf-8";

/* ---- errors ---- */

static const char *code_name(int code)
{
    static const char *const names[] = {"NoError",           "ApiNotActivated",   "OrderNotFound",
                                        "InvoiceNotCreated", "CantCreateInvoice", "OrderCanceled",
                                        "OrderDeleted",      "OrderNotPaid",      "InternalError",
                                        "OrderExists",       "WrongShopId",       "InvalidData"};

    return names[code];
}

void bb_error_entry(struct text *t, int code, const char *message)
{
    text_char(t, '{');
    text_member(t, "ErrorMessage", message);
    text_member_int(t, "ErrorCode", code);
    text_member(t, "ErrorDescription", code_name(code));
    text_str(t, ",\"Data\":null}");
}

void bb_error(struct call *c, int status, int code, const char *message)
{
    call_answer(c, status, bb_json_type);
    bb_error_entry(&c->reply.body, code, message);
}

void bb_missing(struct call *c)
{
    call_answer(c, 404, NULL);
}

void bb_invalid(struct call *c, json_t *errors)
{
    char *s;
    json_t *body = json_pack("{s:s}", "Message", "Die Anforderung ist ung\xc3\xbcltig.");

    if (errors)
        (void)json_object_set_new(body, "ModelState", errors);
    s = json_dumps(body, JSON_COMPACT);
    call_answer_text(c, 400, bb_json_type, s ? s : "");
    free(s);
    json_decref(body);
}

/* ---- requests ---- */

json_t *bb_body(struct call *c, const struct bb_field *shape, const char *name)
{
    const char *type = call_sent(c, "Content-Type");
    json_error_t why;
    json_t *body, *errors = json_object();

    if (!type ||
        (strncmp(type, "application/json", 16) != 0 && strncmp(type, "text/json", 9) != 0)) {
        json_decref(errors);
        call_answer_json(c, 415,
                         json_pack("{s:s}", "Message",
                                   "Der Medientyp der Anforderung wird f\xc3\xbcr diese Ressource "
                                   "nicht unterst\xc3\xbctzt."));
        return NULL;
    }
    body = json_read(c->body.s, c->body.len, &why);
    if (!body)
        (void)json_object_set_new(errors, name, json_pack("[s]", why.text));
    if (body && shape && !json_is_object(body))
        (void)json_object_set_new(errors, name, json_pack("[s]", "An object is required."));
    if (body && (!shape || bb_bind(shape, body, name, errors))) {
        json_decref(errors);
        return body;
    }
    json_decref(body);
    bb_invalid(c, errors);
    return NULL;
}

bool bb_path_id(struct call *c, const char *part, int64_t *out)
{
    if (int_of(part, out))
        return true;
    bb_invalid(c, NULL);
    return false;
}

/* ---- the envelope ---- */

static const char no_error[] =
    "\"ErrorMessage\":null,\"ErrorCode\":0,\"ErrorDescription\":\"NoError\",\"Data\":";

void bb_open(struct call *c, int status)
{
    call_answer(c, status, bb_json_type);
    text_char(&c->reply.body, '{');
    text_str(&c->reply.body, no_error);
    c->items = 1;
}

void bb_close(struct call *c)
{
    text_char(&c->reply.body, '}');
}

void bb_page_open(struct call *c, const struct bb_page *p)
{
    struct text *t = &c->reply.body;

    call_answer(c, 200, bb_json_type);
    text_str(t, "{\"Paging\":{");
    text_member_int(t, "Page", p->number);
    text_member_int(t, "TotalPages", p->pages);
    text_member_int(t, "TotalRows", (int64_t)p->total);
    text_member_int(t, "PageSize", p->size);
    text_str(t, "},");
    text_str(t, no_error);
    text_char(t, '[');
    c->items = p->to - p->from;
}

void bb_page_close(struct call *c)
{
    text_str(&c->reply.body, "]}");
}

/* ---- records ---- */

static void id_or_null(struct text *t, const char *key, int64_t id)
{
    if (id > 0)
        text_member_int(t, key, id);
    else
        text_member_raw(t, key, "null");
}

static void number_or_null(struct text *t, const char *key, int n)
{
    if (n >= 0)
        text_member_int(t, key, n);
    else
        text_member_raw(t, key, "null");
}

void bb_shipment_text(struct text *t, const struct bb_shipment *s)
{
    text_char(t, '{');
    text_member_int(t, "BillbeeId", s->id);
    text_member(t, "ShippingId", s->number);
    text_member(t, "Shipper", s->shipper);
    text_str(t, ",\"Created\":");
    bb_date_text(t, s->created_wall);
    text_member(t, "TrackingUrl", "-");
    id_or_null(t, "ShippingProviderId", s->provider);
    id_or_null(t, "ShippingProviderProductId", s->product);
    number_or_null(t, "ShippingCarrier", s->carrier);
    number_or_null(t, "ShipmentType", s->type);
    text_char(t, '}');
}

static void shipments_text(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    text_char(t, '[');
    for (size_t i = 0; i < o->shipment_count; i++) {
        text_str(t, i ? "," : "");
        bb_shipment_text(t, a->shipments[o->shipments[i]]);
    }
    text_char(t, ']');
}

static void tags_text(struct text *t, const struct bb_order *o)
{
    text_char(t, '[');
    for (size_t i = 0; i < o->tag_count; i++) {
        text_str(t, i ? "," : "");
        text_json(t, o->tags[i]);
    }
    text_char(t, ']');
}

static void event_words(struct text *t, const struct bb_event *e)
{
    text_str(t, bb_event_name(e->type));
    if (*e->detail)
        text_fmt(t, ": %s", e->detail);
}

static void history_text(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    struct text words = {0};

    text_char(t, '[');
    for (size_t i = 0; i < o->event_count; i++) {
        const struct bb_event *e = a->events[o->events[i]];

        text_str(t, i ? ",{\"Created\":" : "{\"Created\":");
        bb_date_text(t, e->at_wall);
        text_member(t, "EventTypeName", bb_event_name(e->type));
        text_clear(&words);
        event_words(&words, e);
        text_member(t, "Text", words.s);
        text_member(t, "EmployeeName", NULL);
        text_member_int(t, "TypeId", e->type);
        text_char(t, '}');
    }
    text_char(t, ']');
    text_done(&words);
}

static void mark_text(struct text *t, const struct bb_account *a, const struct bb_order *o,
                      char mark)
{
    switch (mark) {
    case 's':
        shipments_text(t, a, o);
        break;
    case 'S':
        text_int(t, o->state);
        break;
    case 'h':
        bb_date_text(t, o->shipped_wall);
        break;
    case 'p':
        bb_date_text(t, o->payed_wall);
        break;
    case 'T':
        tags_text(t, o);
        break;
    case 'H':
        history_text(t, a, o);
        break;
    default:
        bb_date_text(t, o->modified_wall);
        break;
    }
}

void bb_order_text(struct text *t, const struct bb_account *a, const struct bb_order *o)
{
    const char *at = o->wire, *mark;

    while ((mark = strchr(at, BB_MARK_BYTE)) != NULL) {
        text_add(t, at, (size_t)(mark - at));
        mark_text(t, a, o, mark[1]);
        at = mark + 2;
    }
    text_str(t, at);
}
