/* Stock of the Billbee simulator. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/counts.h"

enum { ERROR_DATA = 11, SET = 2, MILLI = 1000 };

void bb_stocks_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    char *s = json_dumps(a->stocks, JSON_COMPACT);

    (void)parts;
    bb_open(c, 200);
    text_str(&c->reply.body, s ? s : "[]");
    bb_close(c);
    free(s);
}

static uint32_t article_of(const struct bb_account *a, const json_t *row)
{
    const json_t *id = json_object_get(row, "BillbeeId");

    if (json_is_integer(id))
        return bb_article_record(a, json_integer_value(id));
    return bb_article_by(a, json_string_value(json_object_get(row, "Sku")), false);
}

/* The number of the stock a row means: the default one when it says none; -1: unknown. */
static int stock_of(const struct bb_account *a, const json_t *row)
{
    const json_t *id = json_object_get(row, "StockId");

    if (!id || json_is_null(id))
        return 0;
    for (size_t i = 0; i < json_array_size(a->stocks) && i < BB_STOCKS; i++) {
        if (json_integer_value(json_object_get(json_array_get(a->stocks, i), "Id")) ==
            json_integer_value(id))
            return (int)i;
    }
    return -1;
}

/* Why a row cannot be done; NULL when it can. */
static const char *row_wrong(const struct bb_account *a, const json_t *row)
{
    uint32_t record = article_of(a, row);

    if (record == BB_NO_RECORD)
        return "Product not found";
    if (stock_of(a, row) < 0)
        return "Stock not found";
    if (a->articles[record]->type == SET)
        return "The stock of a bill of material is calculated";
    return NULL;
}

static void stock_entry(struct text *t, const struct bb_article *p, int64_t old, int64_t now)
{
    text_str(t, "{\"ErrorMessage\":null,\"ErrorCode\":0,\"ErrorDescription\":\"NoError\","
                "\"Data\":{");
    text_member(t, "SKU", p->sku);
    text_str(t, ",\"OldStock\":");
    bb_number_text(t, (double)old / MILLI, 3);
    text_str(t, ",\"CurrentStock\":");
    bb_number_text(t, (double)now / MILLI, 3);
    text_str(t, ",\"UnfulfilledAmount\":");
    bb_number_text(t, (double)p->reserved / MILLI, 3);
    text_member(t, "Message", old == now ? "No change" : "Stock updated");
    text_str(t, "}}");
}

/* Does one row, and writes what came of it. */
static void update(struct text *t, struct bb_account *a, const json_t *row)
{
    const char *wrong = row_wrong(a, row);
    const json_t *quantity = json_object_get(row, "NewQuantity");
    struct bb_article *p;
    struct bb_stock *s;
    int64_t old;
    double n;

    if (!wrong && (!quantity || json_is_null(quantity)))
        wrong = "NewQuantity is missing";
    if (wrong) {
        bb_error_entry(t, ERROR_DATA, wrong);
        return;
    }
    p = a->articles[article_of(a, row)];
    s = &p->stocks[stock_of(a, row)];
    old = s->milli;
    n = json_is_string(quantity) ? strtod(json_string_value(quantity), NULL)
                                 : json_number_value(quantity);
    s->milli = (int64_t)(n * MILLI);
    if (json_is_true(json_object_get(row, "AutosubtractReservedAmount")))
        s->milli -= p->reserved;
    if (old != s->milli || !s->kept)
        counts_mutations("billbee", 1);
    s->kept = true;
    stock_entry(t, p, old, s->milli);
}

void bb_stock_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    json_t *body = bb_body(c, bb_stock_update_shape, "model");

    (void)parts;
    if (!body)
        return;
    call_answer(c, 200, bb_json_type);
    update(&c->reply.body, a, body);
    c->items = 1;
    json_decref(body);
}

/* Row by row: one that fails leaves the others done. */
void bb_stocks_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    json_t *body = bb_body(c, NULL, "models"), *errors = json_object(), *row;
    size_t i;

    (void)parts;
    if (body && !json_is_array(body))
        (void)json_object_set_new(errors, "models", json_pack("[s]", "A list is required."));
    json_array_foreach(body, i, row)
    {
        (void)bb_bind(bb_stock_update_shape, row, "models", errors);
    }
    if (!body || json_object_size(errors)) {
        if (body)
            bb_invalid(c, json_incref(errors));
        json_decref(errors);
        json_decref(body);
        return;
    }
    json_decref(errors);
    call_answer(c, 200, bb_json_type);
    text_char(&c->reply.body, '[');
    json_array_foreach(body, i, row)
    {
        text_str(&c->reply.body, i ? "," : "");
        update(&c->reply.body, a, row);
    }
    text_char(&c->reply.body, ']');
    c->items = json_array_size(body);
    json_decref(body);
}

void bb_stock_code_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    json_t *body = bb_body(c, bb_stock_update_shape, "model");
    const char *wrong = body ? row_wrong(a, body) : NULL;
    struct bb_stock *s;

    (void)parts;
    if (!body)
        return;
    if (wrong) {
        bb_error(c, 200, ERROR_DATA, wrong);
        json_decref(body);
        return;
    }
    s = &a->articles[article_of(a, body)]->stocks[stock_of(a, body)];
    free(s->code);
    s->code = mem_copy(json_string_value(json_object_get(body, "StockCode")));
    s->kept = true;
    counts_mutations("billbee", 1);
    json_decref(body);
    bb_open(c, 200);
    text_str(&c->reply.body, "{}");
    bb_close(c);
}

void bb_reserved_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    const char *id = call_query(c, "id"), *by = call_query(c, "lookupBy");
    bool ean = same_word(by, "ean");
    uint32_t record = BB_NO_RECORD;
    int64_t number;

    (void)parts;
    if (ean || same_word(by, "sku"))
        record = bb_article_by(a, id, ean);
    else if (int_of(id, &number))
        record = bb_article_record(a, number);
    if (record == BB_NO_RECORD) {
        bb_missing(c);
        return;
    }
    bb_open(c, 200);
    text_str(&c->reply.body, "{\"ReservedAmount\":");
    bb_number_text(&c->reply.body, (double)a->articles[record]->reserved / MILLI, 3);
    text_char(&c->reply.body, '}');
    bb_close(c);
}
