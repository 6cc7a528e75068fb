/* billbee_articles.c: the products as articles, all of them in every run: Billbee cannot be asked
 * for those that changed, and its articles carry no date. A bill of material becomes the article's
 * parts; what an order's bundle holds is read from there, never here. */
#include "connector/billbee.h"

#include "connector/fields.h"
#include "core/text.h"

#define LIST "articles"

bool billbee_articles_ask(const struct account *account, const struct window *window,
                          const char *cursor, struct request *out, struct err *err)
{
    struct billbee_place place = billbee_place(cursor, LIST, out->arena);

    (void)window;
    (void)err;
    request_begin(out, HTTP_GET, "GET /products", account, "/api/v1/products");
    billbee_ask_page(&place, out);
    return true;
}

static const struct field_path article_fields[] = {
    {"SKU", AS_TEXT, offsetof(struct article, sku)},
    {"EAN", AS_TEXT, offsetof(struct article, ean)},
    {"Weight", AS_GRAMS, offsetof(struct article, weight_g)},
    {"Price", AS_MONEY, offsetof(struct article, price_e4)},
    {"LengthCm", AS_CENTIMETRES, offsetof(struct article, length_mm)},
    {"WidthCm", AS_CENTIMETRES, offsetof(struct article, width_mm)},
    {"HeightCm", AS_CENTIMETRES, offsetof(struct article, height_mm)},
    {"TaricNumber", AS_TEXT, offsetof(struct article, hs_code)},
    {"CountryOfOrigin", AS_TEXT, offsetof(struct article, origin)},
};

static const struct field_path part_fields[] = {
    {"ArticleId", AS_TEXT, offsetof(struct part, product_ref)},
    {"SKU", AS_TEXT, offsetof(struct part, sku)},
};

/* The German text of a list by language, or the first there is. */
static const char *german(const struct node *texts, struct arena *arena)
{
    const char *first = NULL;

    for (const struct node *one = node_first(texts, NULL); one; one = one->next) {
        const char *text = text_trim(arena, node_text(one, "Text"));

        if (text_is_empty(text))
            continue;
        if (text_same_nocase(node_text(one, "LanguageCode"), "de"))
            return text;
        first = first ? first : text;
    }
    return first;
}

static void read_parts(const struct node *list, struct record *record, struct arena *arena)
{
    struct article *article = ARTICLE(record);
    size_t count = 0;

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        count++;
    article->parts = elements_new(&part_shape, count, arena);
    for (const struct node *one = node_first(list, NULL); one; one = one->next) {
        struct part *part = &article->parts[article->parts_len++];

        fields_read_record(FIELDS(part_fields), one, NULL, part, record, arena);
        part->quantity = billbee_pieces(one, "Amount", record, arena);
    }
}

static struct record *read_article(const struct node *node, const struct account *account,
                                   struct arena *arena)
{
    struct record *record = record_new(KIND_ARTICLES, arena);
    struct article *article = ARTICLE(record);

    record->ref = record_ref(record, node_text(node, "Id"), node, arena);
    article->currency = settings_text(&account->settings, "currency");
    article->title = german(node_at(node, "Title"), arena);
    fields_read_record(FIELDS(article_fields), node, account->zone, article, record, arena);
    read_parts(node_at(node, "BillOfMaterial"), record, arena);
    if (text_same(node_text(node, "Type"), "2") && !article->parts_len)
        record_flaw(record, "it is a bundle, and Billbee does not say of what", arena);
    return record;
}

bool billbee_articles_read(const struct account *account, const struct response *response,
                           const char *cursor, struct intake *out, struct err *err)
{
    struct billbee_place place = billbee_place(cursor, LIST, out->arena);
    const struct node *article;

    if (!billbee_page(&place, response, out, &article, err))
        return false;
    for (; article; article = article->next)
        intake_add(out, read_article(article, account, out->arena), article);
    return true;
}
