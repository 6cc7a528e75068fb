/* afterbuy_articles.c: shop products as articles: what customs want to know of them, and their
 * weights. */
#include "connector/afterbuy.h"

#include "connector/fields.h"
#include "core/decimal.h"
#include "core/text.h"
#include "wire/xml.h"

/* A cursor is "PAGE FIRST": the page to ask for and the first product of the page before, so that a
 * list that begins again is noticed. */
struct page {
    int64_t number;
    const char *first;
};

static struct page page_of(const char *cursor, struct arena *arena)
{
    const char *const *parts = cursor ? text_split(arena, cursor, ' ', NULL) : NULL;
    struct page page = {1, NULL};
    struct err ignored;

    if (!parts || !parts[0] || !integer_parse(parts[0], &page.number, &ignored))
        return page;
    page.first = parts[1];
    return page;
}

bool afterbuy_articles_ask(const struct account *account, const struct window *window,
                           const char *cursor, struct request *out, struct err *err)
{
    struct window open_end = {window->from_utc, UNSAID};

    (void)err;
    afterbuy_begin(out, account, "GetShopProducts", false);
    xml_leaf_int(&out->body, "MaxShopItems", settings_int(&account->settings, "page_size"));
    xml_leaf_int(&out->body, "SuppressBaseProductRelatedData", 1);
    xml_leaf_int(&out->body, "PaginationEnabled", 1);
    xml_leaf_int(&out->body, "PageNumber", page_of(cursor, out->arena).number);
    xml_leaf_int(&out->body, "ReturnShop20Container", 0);
    if (!said(window->from_utc))
        return true;
    xml_open(&out->body, "DataFilter");
    afterbuy_filter_date(&out->body, account, &open_end, "ModDate");
    xml_close(&out->body, "DataFilter");
    return true;
}

static const struct field_path article_fields[] = {
    {"ModDate", AS_TIME_LOCAL, offsetof(struct article, head.at_utc)},
    {"Skus.Sku", AS_TEXT, offsetof(struct article, sku)},
    {"Anr", AS_TEXT, offsetof(struct article, sku)},
    {"EAN", AS_TEXT, offsetof(struct article, ean)},
    {"Name", AS_TEXT, offsetof(struct article, title)},
    {"Weight", AS_KILOGRAMS, offsetof(struct article, weight_g)},
    {"SellingPrice", AS_MONEY, offsetof(struct article, price_e4)},
    {"CustomsTariffNumber", AS_TEXT, offsetof(struct article, hs_code)},
    {"CountryOfOrigin", AS_TEXT, offsetof(struct article, origin)},
};

static struct record *read_article(const struct node *node, const struct account *account,
                                   struct arena *arena)
{
    struct record *record = record_new(KIND_ARTICLES, arena);

    record->ref = record_ref(record, node_text(node, "ProductID"), node, arena);
    ARTICLE(record)->currency = settings_text(&account->settings, "currency");
    fields_read_record(FIELDS(article_fields), node, account->zone, ARTICLE(record), record, arena);
    return record;
}

/* The cursor behind this page; NULL when it was the last. */
static const char *page_after(const struct node *result, struct page page, struct arena *arena)
{
    const char *first = node_text(node_at(result, "Products.Product"), "ProductID");
    int64_t more, pages;
    struct err ignored;

    if (!value_read(AS_INT, node_text(result, "HasMoreProducts"), NULL, &more, &ignored) ||
        more != 1)
        return NULL;
    if (!first || text_same(first, page.first))
        return NULL;
    if (value_read(AS_INT, node_text(result, "PaginationResult.TotalNumberOfPages"), NULL, &pages,
                   &ignored) &&
        said(pages) && page.number >= pages)
        return NULL;
    return arena_format(arena, "%lld %s", (long long)page.number + 1, first);
}

bool afterbuy_articles_read(const struct account *account, const struct response *response,
                            const char *cursor, struct intake *out, struct err *err)
{
    const struct node *result = node_at(response->root, "Result");
    const struct node *product = node_first(node_at(result, "Products"), "Product");
    const char *next = page_after(result, page_of(cursor, out->arena), out->arena);
    struct err ignored;

    (void)err;
    for (; product; product = node_next(product))
        intake_add(out, read_article(product, account, out->arena), product);
    if (next)
        intake_next(out, next);
    if (!value_read(AS_INT, node_text(result, "PaginationResult.TotalNumberOfEntries"), NULL,
                    &out->claimed, &ignored))
        out->claimed = UNSAID;
    return true;
}
