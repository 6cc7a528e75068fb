/* GetSoldItems: what is asked for, which orders fit, and the page that answers it. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/switches.h"

enum { PAGE_MAX = 250, CONDITIONS_MAX = 64, ERROR_FILTER = 30 };

/* One AND-ed condition of a request. */
enum condition_kind { WHEN_DATE, WHEN_DEFAULT, WHEN_TAG, WHEN_ITEM_FIELD, WHEN_ORDER_FIELD };

struct condition {
    enum condition_kind kind;
    int64_t from, to; /* WHEN_DATE */
    unsigned field;   /* date, default filter or field number */
    bool not ;
    char **values; /* one of these */
    size_t value_count;
};

enum default_filter {
    DEFAULT_NEW,
    DEFAULT_READY,
    DEFAULT_COMPLETED,
    DEFAULT_PAID,
    DEFAULT_INVOICE,
    DEFAULT_NO_XML,
    DEFAULT_FILTERS
};

struct query {
    struct condition conditions[CONDITIONS_MAX];
    size_t count;
    int64_t *ids;
    size_t id_count;
    int64_t from, to; /* RangeID */
    int64_t page;
    bool has_ids, without_process, has_from, descending, hidden, all_items;
    bool wrong; /* a filter that does not exist */
};

static const char *const date_names[AD_DATES] = {"AuctionEndDate", "FeedbackDate", "PayDate",
                                                 "ShippingDate",   "InvoiceDate",  "ModDate",
                                                 "XmlDate",        "MailDate",     "ReminderDate"};
static const char *const default_names[DEFAULT_FILTERS] = {"NewAuctions",       "ReadyToShip",
                                                           "CompletedAuctions", "PaidAuctions",
                                                           "InvoicePrinted",    "NoXmlDate"};

/* ---- reading ---- */

static bool name_in(const char *name, const char *const *names, size_t n, unsigned *at)
{
    for (*at = 0; *at < n; ++*at) {
        if (same_word(name, names[*at]))
            return true;
    }
    return false;
}

/* All FilterValue texts; the array ends with a NULL. */
static char **read_values(const xmlNode *values, size_t *n)
{
    char **all = mem_need(sizeof *all);

    *n = 0;
    for (xmlNode *v = ab_child(values, "FilterValue"); v; v = ab_next(v)) {
        all = mem_grow(all, (*n + 2) * sizeof *all);
        all[(*n)++] = ab_node_text(v);
        all[*n] = NULL;
    }
    return all;
}

static void free_values(char **values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(values[i]);
    free(values);
}

/* A border of a span: absent leaves it open, unreadable makes the filter wrong. */
static int64_t read_date(struct query *q, const xmlNode *values, const char *name, int64_t open)
{
    char *s = ab_child_text(values, name);
    int64_t local = open;

    if (s && *s && !german_parse(s, &local))
        q->wrong = true;
    free(s);
    return local;
}

static void read_date_filter(struct query *q, const xmlNode *values, struct condition *c)
{
    c->kind = WHEN_DATE;
    c->from = read_date(q, values, "DateFrom", CLOCK_NEVER + 1);
    c->to = read_date(q, values, "DateTo", INT64_MAX);
    if (c->value_count != 1 || !name_in(c->values[0], date_names, AD_DATES, &c->field))
        q->wrong = true;
}

static void read_default_filter(struct query *q, struct condition *c)
{
    const char *name = c->value_count == 1 && c->values[0] ? c->values[0] : "";
    char four[5] = {0};

    c->kind = WHEN_DEFAULT;
    text_copy(four, sizeof four, name);
    c->not = same_word(four, "not_");
    if (!name_in(name + (c->not ? 4 : 0), default_names, DEFAULT_FILTERS, &c->field))
        q->wrong = true;
}

static void read_platform_filter(struct condition *c)
{
    char four[5] = {0};

    c->kind = WHEN_ITEM_FIELD;
    c->field = AF_I_PLATFORM;
    if (!c->value_count)
        return;
    text_copy(four, sizeof four, c->values[0]);
    c->not = same_word(four, "not_");
    if (c->not )
        memmove(c->values[0], c->values[0] + 4, strlen(c->values[0] + 4) + 1);
}

static void read_ids(struct query *q, const struct condition *c)
{
    q->has_ids = true;
    q->ids = mem_grow(q->ids, (q->id_count + c->value_count + 1) * sizeof *q->ids);
    for (size_t i = 0; i < c->value_count; i++) {
        int64_t id;

        if (!int_of(c->values[i], &id))
            q->wrong = true;
        else if (id == 0)
            q->without_process = true;
        else
            q->ids[q->id_count++] = id;
    }
}

static void read_range(struct query *q, const xmlNode *values)
{
    char *from = ab_child_text(values, "ValueFrom"), *to = ab_child_text(values, "ValueTo");
    int64_t edge = switch_on(SWITCH_AB_RANGE_INCLUSIVE) ? 0 : 1, n = 0;

    if (from && *from) {
        q->wrong = q->wrong || !int_of(from, &n);
        q->from = q->wrong ? 0 : n + edge;
        q->has_from = true;
    }
    if (to && *to) {
        q->wrong = q->wrong || !int_of(to, &n);
        q->to = q->wrong ? 0 : n - edge;
    }
    free(from);
    free(to);
}

/* Filters that compare one field of the order or of any of its items. */
static bool read_field_filter(const char *name, struct condition *c)
{
    static const struct {
        const char *name;
        enum condition_kind kind;
        unsigned field;
    } rows[] = {{"AfterbuyUserID", WHEN_ORDER_FIELD, AF_B_USER_ID},
                {"AfterbuyUserEmail", WHEN_ORDER_FIELD, AF_B_MAIL},
                {"UserDefinedFlag", WHEN_ITEM_FIELD, AF_I_FLAG},
                {"Tag", WHEN_TAG, 0},
                {"InvoiceNumber", WHEN_ORDER_FIELD, AF_INVOICE_NUMBER},
                {"AlternativeItemNumber1", WHEN_ITEM_FIELD, AF_I_ALT_NUMBER1},
                {"AlternativeItemNumber2", WHEN_ITEM_FIELD, AF_I_ALT_NUMBER}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (same_text(rows[i].name, name)) {
            c->kind = rows[i].kind;
            c->field = rows[i].field;
            return true;
        }
    }
    return false;
}

/* True when the condition is to be kept; ids and ranges are kept in the query itself. */
static bool read_condition(struct query *q, const char *name, const xmlNode *values,
                           struct condition *c)
{
    bool keep = false;

    if (same_text(name, "RangeID")) {
        read_range(q, values);
    } else if (same_text(name, "OrderID")) {
        read_ids(q, c);
    } else if (same_text(name, "DateFilter")) {
        read_date_filter(q, values, c);
        keep = true;
    } else if (same_text(name, "DefaultFilter")) {
        read_default_filter(q, c);
        keep = true;
    } else if (same_text(name, "Plattform")) {
        read_platform_filter(c);
        keep = true;
    } else if (read_field_filter(name, c)) {
        keep = true;
    } else if (!same_text(name, "ShopId")) {
        q->wrong = true;
    }
    return keep;
}

static void read_filters(struct query *q, const xmlNode *root)
{
    const xmlNode *filters = ab_child(root, "DataFilter");

    for (xmlNode *f = ab_child(filters, "Filter"); f; f = ab_next(f)) {
        const xmlNode *values = ab_child(f, "FilterValues");
        char *name = ab_child_text(f, "FilterName");
        struct condition c = {0};

        c.values = read_values(values, &c.value_count);
        if (q->count < CONDITIONS_MAX && read_condition(q, name, values, &c))
            q->conditions[q->count++] = c;
        else
            free_values(c.values, c.value_count);
        free(name);
    }
}

static void read_query(struct query *q, const xmlNode *root)
{
    q->to = INT64_MAX;
    q->page = ab_child_int(root, "MaxSoldItems", switch_int(SWITCH_AB_PAGE_DEFAULT));
    q->page = q->page < 1 ? switch_int(SWITCH_AB_PAGE_DEFAULT) : q->page;
    q->page = q->page > PAGE_MAX ? PAGE_MAX : q->page;
    q->descending = ab_child_int(root, "OrderDirection", 0) == 1;
    q->hidden = ab_child_bool(root, "ReturnHiddenItems", false);
    q->all_items = ab_child_bool(root, "RequestAllItems", false);
    read_filters(q, root);
}

static void query_done(struct query *q)
{
    for (size_t i = 0; i < q->count; i++)
        free_values(q->conditions[i].values, q->conditions[i].value_count);
    free(q->ids);
}

/* ---- choosing ---- */

static bool value_fits(const struct condition *c, const char *value)
{
    for (size_t i = 0; i < c->value_count; i++) {
        if (same_word(c->values[i], value))
            return true;
    }
    return false;
}

static bool default_fits(const struct ab_order *o, unsigned which)
{
    bool paid = o->dates[AD_PAY] != CLOCK_NEVER, shipped = o->dates[AD_SHIPPING] != CLOCK_NEVER;
    const char *number = bag_get(&o->fields, AF_INVOICE_NUMBER);

    switch ((enum default_filter)which) {
    case DEFAULT_NEW:
        return !paid && !shipped;
    case DEFAULT_READY:
        return paid && !shipped;
    case DEFAULT_COMPLETED:
        return paid && shipped;
    case DEFAULT_PAID:
        return paid;
    case DEFAULT_INVOICE:
        return number && *number;
    case DEFAULT_NO_XML:
        return o->dates[AD_XML] == CLOCK_NEVER;
    case DEFAULT_FILTERS:
        break;
    }
    return false;
}

static bool condition_fits(const struct ab_order *o, const struct condition *c)
{
    bool fits = false;

    if (c->kind == WHEN_DATE) {
        fits = o->dates[c->field] >= c->from && o->dates[c->field] <= c->to;
    } else if (c->kind == WHEN_DEFAULT) {
        fits = default_fits(o, c->field);
    } else if (c->kind == WHEN_ORDER_FIELD) {
        fits = value_fits(c, bag_get(&o->fields, c->field));
    } else if (c->kind == WHEN_TAG) {
        for (size_t i = 0; i < c->value_count && !fits; i++)
            fits = ab_has_tag(o, c->values[i]);
    } else {
        for (size_t i = 0; i < o->item_count && !fits; i++)
            fits = value_fits(c, bag_get(&o->items[i], c->field));
    }
    return fits != c->not ;
}

/* A sale without finished checkout has no process number and hides from most questions. */
static bool process_fits(const struct ab_order *o, const struct query *q)
{
    bool has_process = o->dates[AD_FEEDBACK] != CLOCK_NEVER;

    if (q->without_process && !q->id_count)
        return !has_process;
    if (has_process)
        return true;
    return (q->all_items || q->without_process) && !q->has_from;
}

static bool order_fits(struct ab_order *o, const struct query *q)
{
    if (o->id < q->from || o->id > q->to || (o->hidden && !q->hidden) || !process_fits(o, q))
        return false;
    for (size_t i = 0; i < q->count; i++) {
        if (!condition_fits(o, &q->conditions[i]))
            return false;
    }
    if (o->lag) {
        o->lag--;
        return false;
    }
    return true;
}

/* The orders of one page, and whether there are more. */
struct page {
    struct ab_order *orders[PAGE_MAX + 1];
    size_t count;
    bool more;
};

static bool page_take(struct page *p, struct ab_order *o, const struct query *q)
{
    if (!order_fits(o, q))
        return true;
    if (p->count == (size_t)q->page) {
        p->more = true;
        return false;
    }
    p->orders[p->count++] = o;
    return true;
}

static int id_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void page_by_ids(struct page *p, const struct ab_account *a, struct query *q)
{
    struct ab_order *o;
    bool room = true;

    qsort(q->ids, q->id_count, sizeof *q->ids, id_order);
    for (size_t i = 0; i < q->id_count && room; i++) {
        size_t at = q->descending ? q->id_count - 1 - i : i;

        if (at && !q->descending && q->ids[at] == q->ids[at - 1])
            continue;
        o = ab_order_find(a, q->ids[at]);
        room = !o || page_take(p, o, q);
    }
}

static void page_by_range(struct page *p, const struct ab_account *a, const struct query *q)
{
    size_t from = ab_order_seek(a, q->from);
    size_t to = q->to == INT64_MAX ? a->order_count : ab_order_seek(a, q->to + 1);
    bool room = true;

    for (size_t i = from; i < to && room; i++)
        room = page_take(p, a->orders[q->descending ? to - 1 - (i - from) : i], q);
}

/* ---- faults that only this call can play ---- */

static void spoil_query(struct call *c, struct query *q)
{
    if (fault_wanted(c, FAULT_PAGE_SIZE) && q->page > 1) {
        q->page = (q->page + 1) / 2;
        fault_played(c);
    }
}

/* The first order of a following page comes twice, or not at all. */
static void spoil_page(struct call *c, struct page *p, const struct query *q)
{
    if (!p->count || (fault_wanted(c, FAULT_DRIFT) && !q->has_from))
        return;
    if (fault_wanted(c, FAULT_DUP_ITEM)) {
        p->orders[p->count] = p->orders[p->count - 1];
        p->count++;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_DRIFT) && p->count > 1) {
        memmove(p->orders, p->orders + 1, --p->count * sizeof(struct ab_order *));
        fault_played(c);
    } else if (fault_wanted(c, FAULT_EMPTY_PAGE_NEXT)) {
        p->count = 0;
        p->more = true;
        fault_played(c);
    } else if (fault_wanted(c, FAULT_ENDLESS_NEXT)) {
        p->more = true;
        fault_played(c);
    }
}

/* ---- answering ---- */

static void answer_page(struct ab_request *r, const struct page *p, const struct query *q)
{
    struct text *t = &r->call->reply.body;
    int64_t items = 0, last = p->count ? p->orders[p->count - 1]->id : 0;

    ab_answer_open(r, AB_SUCCESS);
    if (!p->count && !p->more && switch_on(SWITCH_AB_BARE_EMPTY)) {
        ab_answer_close(r);
        return;
    }
    for (size_t i = 0; i < p->count; i++)
        items += p->orders[i]->item_count;
    if (!p->count && p->more)
        last = q->from;
    ab_element_int(t, "HasMoreItems", p->more);
    ab_element_int(t, "OrdersCount", (int64_t)p->count);
    ab_element_int(t, "LastOrderID", last);
    ab_element_int(t, "ItemsCount", items);
    if (p->count) {
        text_str(t, "<Orders>\r\n");
        for (size_t i = 0; i < p->count; i++)
            ab_write_order(t, p->orders[i], r->detail);
        text_str(t, "</Orders>\r\n");
    }
    ab_answer_close(r);
}

void ab_get_sold_items(struct ab_request *r)
{
    struct query q = {0};
    struct page p = {0};

    read_query(&q, r->root);
    if (q.wrong) {
        ab_answer_error(r, ERROR_FILTER, "Es wurde kein g\xc3\xbcltiger Filter angegeben.");
    } else {
        spoil_query(r->call, &q);
        if (q.has_ids && !q.without_process)
            page_by_ids(&p, r->account, &q);
        else
            page_by_range(&p, r->account, &q);
        spoil_page(r->call, &p, &q);
        r->call->items = p.count;
        answer_page(r, &p, &q);
    }
    query_done(&q);
}
