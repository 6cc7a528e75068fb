/* Articles of the Billbee simulator: their records, and the calls that read and change them. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/billbee.h"
#include "sandbox/counts.h"

enum { ERROR_DATA = 11, SET = 2, MILLI = 1000 };

/* ---- records ---- */

uint32_t bb_article_record(const struct bb_account *a, int64_t id)
{
    size_t step = 0;
    uint32_t at;

    while (index_next(&a->by_article, hash_mix((uint64_t)id), &step, &at)) {
        if (a->articles[at]->id == id && !a->articles[at]->gone)
            return at;
    }
    return BB_NO_RECORD;
}

/* A SKU may stand twice: the first article has it. */
uint32_t bb_article_by(const struct bb_account *a, const char *code, bool ean)
{
    size_t step = 0;
    uint32_t at, first = BB_NO_RECORD;

    if (!code || !*code)
        return BB_NO_RECORD;
    while (index_next(ean ? &a->by_ean : &a->by_sku, hash_text(code), &step, &at)) {
        const struct bb_article *p = a->articles[at];

        if (!p->gone && same_text(ean ? p->ean : p->sku, code) && at < first)
            first = at;
    }
    return first;
}

static void set_code(struct index *ix, uint32_t record, char **code, const json_t *said)
{
    if (*code)
        index_remove(ix, hash_text(*code), record);
    free(*code);
    *code = mem_copy(json_string_value(said));
    if (*code)
        index_add(ix, hash_text(*code), record);
}

static void set_text(char **to, const json_t *said)
{
    free(*to);
    *to = mem_copy(json_string_value(said));
}

static int64_t milli_said(const json_t *value)
{
    double n =
        json_is_string(value) ? strtod(json_string_value(value), NULL) : json_number_value(value);

    return (int64_t)(n * MILLI + (n < 0 ? -0.5 : 0.5));
}

static void set_stock(struct bb_article *p, const json_t *said)
{
    const json_t *stock = json_object_get(said, "StockCurrent");

    if (!stock)
        return;
    p->stocks[0].milli = milli_said(stock);
    p->stocks[0].kept = !json_is_null(stock);
}

void bb_article_set(struct bb_account *a, struct bb_article *p, json_t *said, bool extra)
{
    struct text t = {0};
    uint32_t record = bb_article_record(a, p->id);
    const json_t *type = json_object_get(said, "Type"), *title = json_object_get(said, "Title");

    (void)json_object_set_new(said, "Id", json_integer(p->id));
    set_code(&a->by_sku, record, &p->sku, json_object_get(said, "SKU"));
    set_code(&a->by_ean, record, &p->ean, json_object_get(said, "EAN"));
    set_text(&p->title, json_object_get(json_array_get(title, 0), "Text"));
    set_text(&p->tariff, json_object_get(said, "TaricNumber"));
    set_text(&p->origin, json_object_get(said, "CountryOfOrigin"));
    p->type = json_is_integer(type) ? (int)json_integer_value(type) : 1;
    p->cents = milli_said(json_object_get(said, "Price")) / 10;
    p->grams = json_integer_value(json_object_get(said, "Weight"));
    set_stock(p, said);
    bb_render(&t, bb_article_shape, said, extra);
    free(p->wire);
    p->wire = mem_copy_n(t.s, t.len);
    text_done(&t);
}

struct bb_article *bb_article_new(struct bb_account *a, json_t *said, bool extra)
{
    struct bb_article *p = mem_need(sizeof *p);
    const json_t *id = json_object_get(said, "Id");

    p->id = json_is_integer(id) && json_integer_value(id) > 0 ? json_integer_value(id)
                                                              : a->next_article;
    if (p->id >= a->next_article)
        a->next_article = p->id + 1;
    p->created_wall = bb_now();
    if (a->article_count == a->article_max) {
        a->article_max = a->article_max ? a->article_max * 2 : 256;
        a->articles = mem_grow(a->articles, a->article_max * sizeof(struct bb_article *));
    }
    a->articles[a->article_count] = p;
    index_add(&a->by_article, hash_mix((uint64_t)p->id), (uint32_t)a->article_count++);
    bb_article_set(a, p, said, extra);
    return p;
}

json_t *bb_article_object(const struct bb_account *a, const struct bb_article *p)
{
    struct text t = {0};
    json_t *object;

    bb_article_text(&t, a, p);
    object = json_loadb(t.s, t.len, 0, NULL);
    text_done(&t);
    return object ? object : json_object();
}

void bb_articles_done(struct bb_account *a)
{
    for (size_t i = 0; i < a->article_count; i++) {
        struct bb_article *p = a->articles[i];

        for (size_t k = 0; k < BB_STOCKS; k++)
            free(p->stocks[k].code);
        free(p->wire);
        free(p->sku);
        free(p->ean);
        free(p->title);
        free(p->tariff);
        free(p->origin);
        free(p);
    }
    free(a->articles);
    index_done(&a->by_article);
    index_done(&a->by_sku);
    index_done(&a->by_ean);
}

/* ---- answers ---- */

static void milli_text(struct text *t, int64_t milli)
{
    bb_number_text(t, (double)milli / MILLI, 3);
}

static void stocks_text(struct text *t, const struct bb_account *a, const struct bb_article *p)
{
    bool any = false;

    text_char(t, '[');
    for (size_t i = 0; i < json_array_size(a->stocks) && i < BB_STOCKS; i++) {
        const json_t *row = json_array_get(a->stocks, i);
        const struct bb_stock *s = &p->stocks[i];

        if (!s->kept)
            continue;
        text_str(t, any ? ",{" : "{");
        any = true;
        text_member(t, "Name", json_string_value(json_object_get(row, "Name")));
        text_member_int(t, "StockId", json_integer_value(json_object_get(row, "Id")));
        text_str(t, ",\"StockCurrent\":");
        milli_text(t, s->milli);
        text_member_raw(t, "StockCurrentIsCalculated", p->type == SET ? "true" : "false");
        text_member_raw(t, "StockWarning", "null");
        text_member(t, "StockCode", s->code);
        text_str(t, ",\"UnfulfilledAmount\":");
        milli_text(t, i ? 0 : p->reserved);
        text_member_raw(t, "StockDesired", "null");
        text_char(t, '}');
    }
    text_char(t, ']');
}

void bb_article_text(struct text *t, const struct bb_account *a, const struct bb_article *p)
{
    const char *at = p->wire, *mark;

    while ((mark = strchr(at, BB_MARK_BYTE)) != NULL) {
        text_add(t, at, (size_t)(mark - at));
        if (mark[1] == 'k')
            stocks_text(t, a, p);
        else if (p->stocks[0].kept)
            milli_text(t, p->stocks[0].milli);
        else
            text_str(t, "null");
        at = mark + 2;
    }
    text_str(t, at);
}

static void answer_article(struct call *c, const struct bb_account *a, const struct bb_article *p)
{
    bb_open(c, 200);
    bb_article_text(&c->reply.body, a, p);
    bb_close(c);
}

/* ---- reading ---- */

struct article_filter {
    int64_t created_from, minimum_id, maximum_id;
};

static bool fits(const struct article_filter *f, const struct bb_article *p)
{
    return !p->gone && p->created_wall >= f->created_from && p->id >= f->minimum_id &&
           p->id <= f->maximum_id;
}

void bb_products_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    struct article_filter f = {CLOCK_NEVER, 0, INT64_MAX};
    struct bb_page p;
    size_t total = 0, row = 0;

    (void)parts;
    if (!bb_page_read(c, &p) || !bb_query_date(c, "minCreatedAt", &f.created_from) ||
        !bb_query_int(c, "minimumBillBeeArticleId", &f.minimum_id) ||
        !bb_query_int(c, "maximumBillBeeArticleId", &f.maximum_id))
        return;
    for (size_t i = 0; i < a->article_count; i++)
        total += fits(&f, a->articles[i]);
    bb_page_take(c, &p, total);
    bb_page_open(c, &p);
    for (size_t i = 0; i < a->article_count && row < p.to; i++) {
        if (!fits(&f, a->articles[i]) || row++ < p.from)
            continue;
        if (row - 1 > p.from)
            text_char(&c->reply.body, ',');
        bb_article_text(&c->reply.body, a, a->articles[i]);
    }
    bb_page_close(c);
}

/* By id, or as lookupBy says; BB_NO_RECORD, and an answer, when there is none. */
static uint32_t look_up(struct call *c, const struct bb_account *a, const char *key)
{
    size_t at = 0;
    const char *by = bb_query(c, "lookupBy", &at);
    uint32_t record = BB_NO_RECORD;
    int64_t id;

    if (by && (same_word(by, "sku") || same_word(by, "ean"))) {
        record = bb_article_by(a, key, same_word(by, "ean"));
    } else if (by && !same_word(by, "id")) {
        bb_invalid(c, NULL);
        return record;
    } else if (int_of(key, &id)) {
        record = bb_article_record(a, id);
    }
    if (record == BB_NO_RECORD)
        bb_missing(c);
    return record;
}

void bb_product_get(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    uint32_t record = look_up(c, a, parts->part[0]);

    if (record != BB_NO_RECORD)
        answer_article(c, a, a->articles[record]);
}

/* ---- changing ---- */

/* A set of sets does not exist. */
static bool parts_fine(const struct bb_account *a, const json_t *said)
{
    const json_t *parts = json_object_get(said, "BillOfMaterial");

    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        uint32_t record =
            bb_article_record(a, json_integer_value(json_object_get(part, "ArticleId")));

        if (record == BB_NO_RECORD || a->articles[record]->type == SET)
            return false;
    }
    return true;
}

void bb_products_post(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    static const char *const needed[] = {"VatIndex", "Price",     "Vat1Rate",      "Vat2Rate",
                                         "Type",     "IsDigital", "IsCustomizable"};
    json_t *body = bb_body(c, bb_article_shape, "model"), *errors = NULL;

    (void)parts;
    if (!body)
        return;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (json_object_get(body, needed[i]))
            continue;
        errors = errors ? errors : json_object();
        (void)json_object_set_new(errors, needed[i], json_pack("[s]", "The field is required."));
    }
    (void)json_object_del(body, "Id");
    if (errors) {
        bb_invalid(c, errors);
    } else if (!parts_fine(a, body)) {
        bb_error(c, 400, ERROR_DATA, "A bill of material consists of normal articles");
    } else {
        counts_mutations("billbee", 1);
        answer_article(c, a, bb_article_new(a, body, false));
    }
    json_decref(body);
}

void bb_product_patch(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    uint32_t record = look_up(c, a, parts->part[0]);
    json_t *body = record == BB_NO_RECORD ? NULL : bb_body(c, bb_article_shape, "model"), *full;

    if (!body)
        return;
    if (!parts_fine(a, body)) {
        bb_error(c, 400, ERROR_DATA, "A bill of material consists of normal articles");
        json_decref(body);
        return;
    }
    full = bb_article_object(a, a->articles[record]);
    (void)json_object_update(full, body);
    bb_article_set(a, a->articles[record], full, false);
    json_decref(full);
    json_decref(body);
    counts_mutations("billbee", 1);
    answer_article(c, a, a->articles[record]);
}

void bb_product_delete(struct call *c, struct bb_account *a, const struct path_parts *parts)
{
    uint32_t record = look_up(c, a, parts->part[0]);

    if (record == BB_NO_RECORD)
        return;
    a->articles[record]->gone = true;
    counts_mutations("billbee", 1);
    bb_open(c, 200);
    text_str(&c->reply.body, "null");
    bb_close(c);
}
