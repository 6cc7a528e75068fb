/* The article catalogue of the Afterbuy simulator: reading, stock and changes. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/counts.h"

enum { PAGE_MAX = 250, PAGE_DEFAULT = 100, CONDITIONS_MAX = 32 };
enum { ERROR_FILTER = 30, ERROR_TOO_MANY = 75 };
enum { WARNING_NOT_FOUND = 2, WARNING_NO_IDENT = 3, WARNING_NOT_CREATED = 4 };

enum product_filter {
    PF_ID,
    PF_ANR,
    PF_EAN,
    PF_TAG,
    PF_RANGE_ID,
    PF_RANGE_ANR,
    PF_LEVEL,
    PF_DATE,
    PF_DEFAULT,
    PF_FILTERS
};

struct condition {
    enum product_filter kind;
    xmlNode *values;
    int64_t from, to;
    unsigned field;
};

struct query {
    struct condition conditions[CONDITIONS_MAX];
    size_t count;
    int64_t size, page, from;
    bool paged, wrong, base;
};

static const char *const filter_names[PF_FILTERS] = {"ProductID", "Anr",        "Ean",
                                                     "Tag",       "RangeID",    "RangeAnr",
                                                     "Level",     "DateFilter", "DefaultFilter"};

static bool date_field(const char *name, unsigned *field)
{
    static const struct {
        const char *name;
        unsigned field;
    } rows[] = {{"ModDate", AF_P_MOD_DATE},
                {"LastSale", AF_P_LAST_SALE},
                {"LastStockChange", AF_P_LAST_STOCK}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (same_text(rows[i].name, name)) {
            *field = rows[i].field;
            return true;
        }
    }
    return false;
}

static bool read_span(const xmlNode *values, const char *from, const char *to, struct condition *c)
{
    c->from = ab_child_int(values, from, INT64_MIN);
    c->to = ab_child_int(values, to, INT64_MAX);
    return c->from != INT64_MIN || c->to != INT64_MAX;
}

static bool read_dates(const xmlNode *values, struct condition *c)
{
    char *from = ab_child_text(values, "DateFrom"), *to = ab_child_text(values, "DateTo");
    char *kind = ab_child_text(values, "FilterValue");
    bool fine = date_field(kind, &c->field);

    c->from = CLOCK_NEVER + 1;
    c->to = INT64_MAX;
    fine = fine && (!from || !*from || german_parse(from, &c->from));
    fine = fine && (!to || !*to || german_parse(to, &c->to));
    free(from);
    free(to);
    free(kind);
    return fine;
}

static bool read_condition(struct query *q, xmlNode *filter, struct condition *c)
{
    char *name = ab_child_text(filter, "FilterName");
    unsigned kind = 0;

    while (kind < PF_FILTERS && !same_text(filter_names[kind], name))
        kind++;
    free(name);
    c->kind = (enum product_filter)kind;
    c->values = ab_child(filter, "FilterValues");
    if (kind == PF_FILTERS)
        return false;
    if (kind == PF_DATE)
        return read_dates(c->values, c);
    if (kind == PF_LEVEL)
        return read_span(c->values, "LevelFrom", "LevelTo", c);
    if (kind == PF_RANGE_ANR)
        return read_span(c->values, "ValueFrom", "ValueTo", c);
    if (kind != PF_RANGE_ID)
        return true;
    if (!read_span(c->values, "ValueFrom", "ValueTo", c))
        return false;
    q->from = c->from;
    return true;
}

static void read_query(struct query *q, const xmlNode *root)
{
    const xmlNode *filters = ab_child(root, "DataFilter");

    q->size = ab_child_int(root, "MaxShopItems", PAGE_DEFAULT);
    q->size = q->size < 1 || q->size > PAGE_MAX ? PAGE_MAX : q->size;
    q->paged = ab_child_bool(root, "PaginationEnabled", false);
    q->page = ab_child_int(root, "PageNumber", 1);
    q->page = q->page < 1 ? 1 : q->page;
    q->base = !ab_child_bool(root, "SuppressBaseProductRelatedData", false);
    q->from = INT64_MIN;
    for (xmlNode *f = ab_child(filters, "Filter"); f; f = ab_next(f)) {
        if (q->count < CONDITIONS_MAX && read_condition(q, f, &q->conditions[q->count]))
            q->count++;
        else
            q->wrong = true;
    }
}

/* True when the field (or, for tags, any value under it) is one of the filter's values. */
static bool value_listed(const struct condition *c, const char *value)
{
    bool found = false;

    for (xmlNode *v = ab_child(c->values, "FilterValue"); v && value && !found; v = ab_next(v)) {
        char *wanted = ab_node_text(v);

        found = same_word(wanted, value);
        free(wanted);
    }
    return found;
}

static bool tag_listed(const struct ab_product *p, const struct condition *c)
{
    struct bag_entry e;
    size_t at = 0;

    while (bag_next(&p->fields, &at, &e)) {
        if (e.id == AF_P_TAG && value_listed(c, e.value))
            return true;
    }
    return false;
}

static bool set_fits(const struct ab_product *p, const struct condition *c)
{
    const char *flag = bag_get(&p->fields, AF_P_FLAG);
    bool variation = same_text(flag, "1"), set = same_text(flag, "2");
    char *name = ab_child_text(c->values, "FilterValue");
    bool not = name && strncmp(name, "not_", 4) == 0, fits = variation || set;

    if (name && strcmp(name + (not ? 4 : 0), "VariationsSets") == 0)
        fits = variation;
    else if (name && strcmp(name + (not ? 4 : 0), "ProductSets") == 0)
        fits = set;
    free(name);
    return fits != not ;
}

static bool number_fits(const char *value, const struct condition *c)
{
    int64_t n;

    return int_of(value, &n) && n >= c->from && n <= c->to;
}

static bool condition_fits(const struct ab_product *p, const struct condition *c)
{
    struct text id = {0};
    int64_t local;
    bool fits = false;

    switch (c->kind) {
    case PF_ID:
        text_int(&id, p->id);
        fits = value_listed(c, id.s);
        text_done(&id);
        return fits;
    case PF_ANR:
        return value_listed(c, bag_get(&p->fields, AF_P_ANR));
    case PF_EAN:
        return value_listed(c, bag_get(&p->fields, AF_P_EAN));
    case PF_TAG:
        return tag_listed(p, c);
    case PF_RANGE_ID:
        return p->id >= c->from && p->id <= c->to;
    case PF_RANGE_ANR:
        return number_fits(bag_get(&p->fields, AF_P_ANR), c);
    case PF_LEVEL:
        return number_fits(bag_get(&p->fields, AF_P_LEVEL), c);
    case PF_DATE:
        return german_parse(bag_get(&p->fields, c->field), &local) && local >= c->from &&
               local <= c->to;
    case PF_DEFAULT:
        return set_fits(p, c);
    case PF_FILTERS:
        break;
    }
    return false;
}

static bool product_fits(const struct ab_product *p, const struct query *q)
{
    for (size_t i = 0; i < q->count; i++) {
        if (!condition_fits(p, &q->conditions[i]))
            return false;
    }
    return true;
}

static void write_pagination(struct text *t, const struct query *q, int64_t total)
{
    text_str(t, "<PaginationResult>\r\n");
    ab_element_int(t, "TotalNumberOfEntries", total);
    ab_element_int(t, "TotalNumberOfPages", (total + q->size - 1) / q->size);
    ab_element_int(t, "ItemsPerPage", q->size);
    ab_element_int(t, "PageNumber", q->page);
    text_str(t, "</PaginationResult>\r\n");
}

/* The faults of paging: a smaller page, a doubled or missing article, a list that never ends. */
static int64_t spoil_start(struct call *c, struct query *q, int64_t skip)
{
    int64_t moved = skip;

    if (fault_wanted(c, FAULT_PAGE_SIZE) && q->size > 1) {
        q->size = (q->size + 1) / 2;
        moved = q->paged ? (q->page - 1) * q->size : skip;
        fault_played(c);
    } else if (skip && fault_wanted(c, FAULT_DUP_ITEM)) {
        moved--;
        fault_played(c);
    } else if (skip && fault_wanted(c, FAULT_DRIFT)) {
        moved++;
        fault_played(c);
    }
    return moved;
}

/* What the walk over the catalogue found. */
struct page {
    struct text body;
    int64_t matched, written, last;
    bool more;
};

static void spoil_end(struct call *c, const struct query *q, struct page *p)
{
    if (fault_wanted(c, FAULT_ENDLESS_NEXT)) {
        p->more = true;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_EMPTY_PAGE_NEXT) && p->written && !q->paged) {
        p->more = true;
        p->written = 0;
        p->last = q->from > 0 ? q->from : 0;
        fault_played(c);
    }
}

/* Pages by number count all that fits; pages by range stop behind the first one too many. */
static void fill_page(struct ab_request *r, struct query *q, struct page *p)
{
    const struct ab_account *a = r->account;
    int64_t skip = spoil_start(r->call, q, q->paged ? (q->page - 1) * q->size : 0);

    for (size_t i = q->paged ? 0 : ab_product_seek(a, q->from); i < a->product_count; i++) {
        if (p->more && !q->paged)
            break;
        if (!product_fits(a->products[i], q) || p->matched++ < skip)
            continue;
        p->more = p->written == q->size;
        if (p->more)
            continue;
        ab_write_product(&p->body, a->products[i], r->detail, q->base);
        p->last = a->products[i]->id;
        p->written++;
    }
    spoil_end(r->call, q, p);
}

static void answer_products(struct ab_request *r, struct query *q)
{
    struct text *t = &r->call->reply.body;
    struct page p = {0};

    fill_page(r, q, &p);
    r->call->items = (size_t)p.written;
    ab_answer_open(r, AB_SUCCESS);
    ab_element_int(t, "HasMoreProducts", p.more);
    if (p.written) {
        text_str(t, "<Products>\r\n");
        text_add(t, p.body.s, p.body.len);
        text_str(t, "</Products>\r\n");
    }
    ab_element_int(t, "LastProductID", p.last);
    if (q->paged)
        write_pagination(t, q, p.matched);
    ab_answer_close(r);
    text_done(&p.body);
}

void ab_get_shop_products(struct ab_request *r)
{
    struct query q = {0};

    read_query(&q, r->root);
    if (q.wrong)
        ab_answer_error(r, ERROR_FILTER, "Es wurde kein g\xc3\xbcltiger Filter angegeben.");
    else
        answer_products(r, &q);
}

/* The article that a request names by ProductID, Anr or EAN. */
static struct ab_product *find_named(const struct ab_account *a, const xmlNode *said, char **name)
{
    static const struct {
        const char *name;
        unsigned field;
    } rows[] = {{"Anr", AF_P_ANR}, {"EAN", AF_P_EAN}};
    int64_t id;

    *name = ab_child_text(said, "ProductID");
    if (*name && **name)
        return int_of(*name, &id) ? ab_product_find(a, id) : NULL;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        free(*name);
        *name = ab_child_text(said, rows[k].name);
        for (size_t i = 0; *name && **name && i < a->product_count; i++) {
            if (same_text(bag_get(&a->products[i]->fields, rows[k].field), *name))
                return a->products[i];
        }
    }
    return NULL;
}

static void write_copy(struct text *t, const struct ab_product *p, const char *name, unsigned field)
{
    const char *value = bag_get(&p->fields, field);

    ab_element(t, name, value ? value : "0");
}

static void write_stock(struct text *t, const struct ab_product *p)
{
    text_str(t, "<Product>\r\n");
    ab_element_int(t, "ProductID", p->id);
    write_copy(t, p, "Name", AF_P_NAME);
    write_copy(t, p, "Anr", AF_P_ANR);
    write_copy(t, p, "EAN", AF_P_EAN);
    write_copy(t, p, "AuctionQuantity", AF_P_AUCTION_QUANTITY);
    write_copy(t, p, "Quantity", AF_P_QUANTITY);
    ab_element(t, "FullFilmentQuantity", "0");
    write_copy(t, p, "MinimumStock", AF_P_MINIMUM);
    write_copy(t, p, "Discontinued", AF_P_DISCONTINUED);
    write_copy(t, p, "Stock", AF_P_STOCK);
    write_copy(t, p, "MergeStock", AF_P_MERGE);
    ab_element(t, "AvailableShop", "1");
    ab_element(t, "Available", "1");
    write_copy(t, p, "Level", AF_P_LEVEL);
    write_copy(t, p, "RealQuantity", AF_P_QUANTITY);
    text_str(t, "</Product>\r\n");
}

/* Writes the lists of an answer that may have worked in part. */
static void answer_partial(struct ab_request *r, const char *list, struct text *good,
                           struct text *warnings)
{
    struct text *t = &r->call->reply.body;

    ab_answer_open(r, warnings->len ? AB_WARNING : AB_SUCCESS);
    if (good->len)
        text_fmt(t, "<%s>\r\n%s</%s>\r\n", list, good->s, list);
    if (warnings->len)
        text_fmt(t, "<WarningList>\r\n%s</WarningList>\r\n", warnings->s);
    ab_answer_close(r);
    text_done(good);
    text_done(warnings);
}

void ab_get_stock_info(struct ab_request *r)
{
    struct text good = {0}, warnings = {0}, extra = {0};
    const xmlNode *products = ab_child(r->root, "Products");

    for (xmlNode *one = ab_child(products, "Product"); one; one = ab_next(one)) {
        char *name;
        const struct ab_product *p = find_named(r->account, one, &name);

        r->call->items++;
        if (p) {
            write_stock(&good, p);
        } else {
            text_clear(&extra);
            ab_element(&extra, "ProductID", name ? name : "");
            ab_trouble(&warnings, "Warning", WARNING_NOT_FOUND, "Produkt nicht gefunden.", extra.s);
        }
        free(name);
    }
    text_done(&extra);
    answer_partial(r, "Products", &good, &warnings);
}

static void apply_product(struct ab_product *p, const xmlNode *said)
{
    struct text now = {0};

    for (unsigned f = 0; f < ab_product_kind.count; f++) {
        const struct ab_field *row = &ab_product_kind.fields[f];
        char *value = row->style == AS_PARTS || !*row->name ? NULL : ab_child_text(said, row->name);

        if (value)
            bag_set(&p->fields, f, value);
        free(value);
    }
    text_german(&now, clock_local());
    bag_set(&p->fields, AF_P_MOD_DATE, now.s);
    text_done(&now);
}

static struct ab_product *create_product(struct ab_account *a, const xmlNode *said)
{
    char *name = ab_child_text(said, "Name");
    bool named = name && *name;
    struct ab_product *p;

    free(name);
    if (!named)
        return NULL;
    p = mem_need(sizeof *p);
    p->id = a->next_product_id;
    ab_product_put(a, p);
    return p;
}

/* One entry of UpdateShopProducts; false and a warning when it could not be done. */
static void update_product(struct ab_request *r, const xmlNode *said, struct text *made,
                           struct text *warnings)
{
    const xmlNode *ident = ab_child(said, "ProductIdent");
    char *name, *user = ab_child_text(ident, "UserProductID");
    struct ab_product *p = find_named(r->account, ident ? ident : said, &name);
    bool insert = ab_child_bool(ident, "ProductInsert", false);

    if (!p && insert) {
        p = create_product(r->account, said);
        if (p) {
            text_str(made, "<NewProduct>\r\n");
            ab_element(made, "UserProductID", user ? user : "");
            ab_element_int(made, "ProductID", p->id);
            text_str(made, "</NewProduct>\r\n");
        }
    }
    if (p) {
        apply_product(p, said);
        counts_mutations("afterbuy", 1);
    } else {
        ab_trouble(warnings, "Warning", insert ? WARNING_NOT_CREATED : WARNING_NO_IDENT,
                   insert ? "Das Produkt konnte nicht angelegt werden."
                          : "Keine Produktidentifikation gefunden.",
                   "");
    }
    free(name);
    free(user);
}

void ab_update_shop_products(struct ab_request *r)
{
    struct text made = {0}, warnings = {0};
    const xmlNode *products = ab_child(r->root, "Products");

    for (xmlNode *one = ab_child(products, "Product"); one; one = ab_next(one))
        r->call->items++;
    if (r->call->items > PAGE_MAX) {
        ab_answer_error(r, ERROR_TOO_MANY,
                        "Die maximale Anzahl der Objekte wurde \xc3\xbc"
                        "berschritten.");
        return;
    }
    for (xmlNode *one = ab_child(products, "Product"); one; one = ab_next(one))
        update_product(r, one, &made, &warnings);
    answer_partial(r, "NewProducts", &made, &warnings);
}
