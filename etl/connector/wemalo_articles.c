/* wemalo_articles.c: articles into the warehouse, and how many of each are there.
 *
 * Before a batch is written, wemalo's list of all articles is read: one that is there gets no
 * dimensions, and a number that another article has is refused here, before anything is sent. The
 * documented list names no external ids; then an article is known by its SKU, and whose an EAN is
 * cannot be told: wemalo decides. */
#include "connector/wemalo.h"

#include "connector/fields.h"
#include "core/text.h"

/* ---- writing ---- */

/* Millimetres as centimetres. */
static void put_length(struct json_out *out, const char *key, int64_t length_mm)
{
    if (!said(length_mm))
        return;
    json_key(out, key);
    json_decimal(out, length_mm, 1, 0);
}

static bool is_new(const struct entry *entry)
{
    return entry->revision <= 1 && !entry->seen_text;
}

static void put_article(struct json_out *out, const struct account *account,
                        const struct entry *entry)
{
    const struct article *article = ARTICLE_OF(entry->record);

    json_map(out);
    json_field(out, "externalId", entry->key);
    json_field(out, "sku", article->sku);
    json_field(out, "productGroup", settings_text(&account->settings, "product_group"));
    json_field(out, "name", text_is_empty(article->title) ? article->sku : article->title);
    wemalo_put_filled(out, "ean", article->ean);
    json_field_int(out, "netWeight", article->weight_g);
    wemalo_put_filled(out, "customsTariffNumber", article->hs_code);
    wemalo_put_filled(out, "originCountry", article->origin);
    if (text_is_empty(article->currency) || text_same_nocase(article->currency, "EUR"))
        wemalo_put_euros(out, "salesPrice", article->price_e4);
    if (is_new(entry)) {
        put_length(out, "depth", article->length_mm);
        put_length(out, "width", article->width_mm);
        put_length(out, "height", article->height_mm);
    }
    json_map_end(out);
}

bool wemalo_articles_write(const struct account *account, struct batch *batch, struct request *out,
                           struct err *err)
{
    struct json_out json = wemalo_json_begin(out, HTTP_POST, "POST /product/addMultiple", account,
                                             "/v1/product/addMultiple");
    size_t written = 0;

    json_key(&json, "products");
    json_list(&json);
    for (size_t i = 0; i < batch->len; i++) {
        struct entry *entry = &batch->entries[i];

        if (!entry_is_written(entry))
            continue;
        if (text_is_empty(ARTICLE_OF(entry->record)->sku)) {
            entry_settle(entry, VERDICT_REFUSED, "need-sku", "the article has no SKU");
            continue;
        }
        put_article(&json, account, entry);
        written++;
    }
    json_list_end(&json);
    wemalo_json_end(&json, account);
    return written || err_set(err, ERR_RECORD, "no article of the batch can be said to wemalo");
}

/* One answer for all: what is refused is so as a whole, which judge has said before. */
bool wemalo_articles_hear(const struct account *account, const struct response *response,
                          struct batch *batch, struct err *err)
{
    bool good = wemalo_is_good(response);

    (void)account;
    batch_settle(batch, good ? VERDICT_DONE : VERDICT_UNSURE, NULL, NULL);
    return good ||
           err_set(err, ERR_RETRY, "wemalo's answer does not say what became of the articles");
}

/* ---- what is there ---- */

bool wemalo_articles_list(const struct account *account, struct batch *batch, struct request *out,
                          struct err *err)
{
    (void)batch;
    (void)err;
    wemalo_get(out, "GET /product/getAll", account, "/v1/product/getAll");
    request_parameter(out, "fromDate", WEMALO_EVER);
    return true;
}

static void refuse_taken(struct entry *entry, const char *code, const char *what,
                         struct arena *arena)
{
    entry_settle(entry, VERDICT_REFUSED, code,
                 arena_format(arena, "another article at wemalo has this %s", what));
}

/* Is the row this article, or does it own a number of it? Merely being there settles nothing. */
static void compare(const struct node *row, struct entry *entry, struct arena *arena)
{
    const struct article *article = ARTICLE_OF(entry->record);
    const char *id = node_text(row, "externalId");
    bool same_sku = article->sku && text_same(node_text(row, "sku"), article->sku);
    bool same_ean = !text_is_empty(article->ean) && text_same(node_text(row, "ean"), article->ean);
    bool is_told = !text_is_empty(id);

    if (is_told ? text_same(id, entry->key) : same_sku)
        entry->seen_text = "there";
    else if (is_told && same_sku)
        refuse_taken(entry, "sku-taken", "SKU", arena);
    else if (is_told && same_ean)
        refuse_taken(entry, "ean-taken", "EAN", arena);
}

bool wemalo_articles_listed(const struct account *account, const struct response *response,
                            struct batch *batch, struct err *err)
{
    const struct node *row;

    (void)account;
    if (!wemalo_list(response, "products", &row, err))
        return false;
    for (; row; row = row->next)
        for (size_t i = 0; i < batch->len; i++)
            if (entry_is_written(&batch->entries[i]))
                compare(row, &batch->entries[i], batch->arena);
    return true;
}

/* ---- stock ---- */

bool wemalo_stock_ask(const struct account *account, const struct window *window,
                      const char *cursor, struct request *out, struct err *err)
{
    (void)cursor;
    (void)err;
    wemalo_get(out, "GET /product/availableStock", account, "/v1/product/availableStock/");
    request_parameter(out, "fromDate", wemalo_hour(account, window->from_utc, out->arena));
    return true;
}

static int64_t number_at(const struct node *node, const char *path, struct record *record,
                         struct arena *arena)
{
    struct err err;
    int64_t number;

    if (value_read(AS_INT, node_text(node, path), NULL, &number, &err))
        return number;
    record_flaw(record, err.text, arena);
    return UNSAID;
}

/* First-choice goods; of a set, how many can be made up. */
static int64_t available(const struct node *row, struct record *record, struct arena *arena)
{
    const struct node *kind = node_first(node_at(row, "attributes"), NULL);
    int64_t quantity = UNSAID;

    while (kind && !text_same(node_text(kind, "isDefault"), "true"))
        kind = kind->next;
    if (kind)
        quantity = number_at(kind, "quantity", record, arena);
    return said(quantity) && quantity != 0 ? quantity
                                           : number_at(row, "virtualQuantity", record, arena);
}

static struct record *read_stock(const struct node *row, struct arena *arena)
{
    struct record *record = record_new(KIND_STOCK, arena);
    struct stock *stock = (struct stock *)(void *)record;
    const char *id = node_text(row, "externalId");

    stock->sku = text_trim(arena, node_text(row, "sku"));
    stock->quantity = available(row, record, arena);
    record->ref = text_is_empty(id) ? stock->sku : id;
    if (text_is_empty(record->ref))
        record->ref = record_ref(record, NULL, row, arena);
    if (!said(stock->quantity))
        record_flaw(record, "it tells no quantity", arena);
    return record;
}

bool wemalo_stock_read(const struct account *account, const struct response *response,
                       const char *cursor, struct intake *out, struct err *err)
{
    const struct node *row;

    (void)account;
    (void)cursor;
    if (!wemalo_list(response, "articles", &row, err))
        return false;
    for (; row; row = row->next)
        intake_add(out, read_stock(row, out->arena), row);
    return true;
}
