/* UpdateSoldItems and CancelOrders: what merchants' programs write back to orders. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/counts.h"
#include "sandbox/switches.h"

enum { ORDERS_MAX = 150, TAG_MAX = 50 };
enum { ERROR_TOO_MANY = 75, ERROR_NO_ORDER = 38, ERROR_NO_IDENT = 39, ERROR_LABELS = 40 };

/* Where the parts of an update go, by the container they stand in. */
struct container {
    const char *outer, *inner;
    enum ab_group group;
};

static const struct container containers[] = {{NULL, NULL, AG_ORDER},
                                              {"PaymentInfo", NULL, AG_PAYMENT},
                                              {"BuyerInfo", "ShippingAddress", AG_ADDRESS},
                                              {"ShippingInfo", NULL, AG_SHIPPING},
                                              {"VorgangsInfo", NULL, AG_INFO}};

/* The elements of an update that a merchant may set, and nothing else; alias is the stored name. */
static const struct {
    const char *name;
    enum ab_group group;
    unsigned field;
} settable[] = {
    {"AdditionalInfo", AG_ORDER, AF_ADDITIONAL_INFO},
    {"MailDate", AG_ORDER, AF_MAIL_DATE},
    {"ReminderMailDate", AG_ORDER, AF_REMINDER_MAIL_DATE},
    {"UserComment", AG_ORDER, AF_USER_COMMENT},
    {"OrderMemo", AG_ORDER, AF_MEMO},
    {"InvoiceMemo", AG_ORDER, AF_INVOICE_MEMO},
    {"InvoiceNumber", AG_ORDER, AF_INVOICE_NUMBER},
    {"OrderExported", AG_ORDER, AF_EXPORTED},
    {"InvoiceDate", AG_ORDER, AF_INVOICE_DATE},
    {"Reminder1Date", AG_ORDER, AF_REMINDER1_DATE},
    {"Reminder2Date", AG_ORDER, AF_REMINDER2_DATE},
    {"FeedbackDate", AG_ORDER, AF_FEEDBACK_DATE},
    {"PaymentMethod", AG_PAYMENT, AF_PAY_METHOD},
    {"PaymentDate", AG_PAYMENT, AF_PAY_DATE},
    {"PaymentTransactionID", AG_PAYMENT, AF_PAY_TRANSACTION},
    {"AlreadyPaid", AG_PAYMENT, AF_ALREADY_PAID},
    {"PaymentAdditionalCost", AG_PAYMENT, AF_PAY_SURCHARGE},
    {"FirstName", AG_ADDRESS, AF_S_FIRST_NAME},
    {"LastName", AG_ADDRESS, AF_S_LAST_NAME},
    {"Company", AG_ADDRESS, AF_S_COMPANY},
    {"Street", AG_ADDRESS, AF_S_STREET},
    {"Street2", AG_ADDRESS, AF_S_STREET2},
    {"StateOrProvince", AG_ADDRESS, AF_S_STATE},
    {"Phone", AG_ADDRESS, AF_S_PHONE},
    {"PostalCode", AG_ADDRESS, AF_S_POSTAL_CODE},
    {"City", AG_ADDRESS, AF_S_CITY},
    {"Country", AG_ADDRESS, AF_S_COUNTRY},
    {"CountryISO", AG_ADDRESS, AF_S_COUNTRY_ISO},
    {"ShippingMethod", AG_SHIPPING, AF_SHIP_METHOD},
    {"ShippingReturnMethod", AG_SHIPPING, AF_SHIP_RETURN},
    {"ShippingGroup", AG_SHIPPING, AF_SHIP_GROUP},
    {"ShippingCost", AG_SHIPPING, AF_SHIP_COST},
    {"DeliveryDate", AG_SHIPPING, AF_DELIVERY_DATE},
    {"DeliveryService", AG_SHIPPING, AF_DELIVERY_SERVICE},
    {"eBayShippingCost", AG_SHIPPING, AF_EBAY_SHIP_COST},
    {"VorgangsInfo1", AG_INFO, AF_INFO1},
    {"VorgangsInfo2", AG_INFO, AF_INFO2},
    {"VorgangsInfo3", AG_INFO, AF_INFO3},
};

/* What became of one order of the batch. */
struct outcome {
    struct ab_order *order; /* the changed copy, not stored yet */
    int64_t code;           /* 0: fine */
    const char *text;
    int64_t id;
    bool tags;
};

static void set_all_items(struct ab_order *o, unsigned field, const char *value)
{
    for (size_t i = 0; i < o->item_count; i++)
        bag_set(&o->items[i], field, value);
}

static void apply_container(struct ab_order *o, const xmlNode *said, enum ab_group group)
{
    for (size_t i = 0; i < sizeof settable / sizeof *settable; i++) {
        char *value;

        if (settable[i].group != group)
            continue;
        value = ab_child_text(said, settable[i].name);
        if (value)
            bag_set(&o->fields, settable[i].field, value);
        free(value);
    }
}

/* What an update says about all items of an order at once. */
static void apply_items(struct ab_order *o, const xmlNode *said)
{
    static const struct {
        const char *name;
        unsigned field;
    } rows[] = {{"UserDefinedFlag", AF_I_FLAG},
                {"UserDefindedFlag", AF_I_FLAG},
                {"XmlDate", AF_I_XML_DATE},
                {"ProductID", AF_I_PRODUCT_ID}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *value = ab_child_text(said, rows[i].name);

        if (value)
            set_all_items(o, rows[i].field, value);
        free(value);
    }
}

static void apply_attributes(struct ab_order *o, const xmlNode *said)
{
    const xmlNode *all = ab_child(said, "Attributes");

    if (!all || !o->item_count)
        return;
    bag_drop(&o->items[0], AF_I_ATTRIBUTE);
    for (xmlNode *one = ab_child(all, "Attribute"); one; one = ab_next(one)) {
        char *name = ab_child_text(one, "Name"), *value = ab_child_text(one, "Value");
        struct text packed = {0};

        text_fmt(&packed, "%s\x1f%s", name ? name : "", value ? value : "");
        bag_add(&o->items[0], AF_I_ATTRIBUTE, packed.s, packed.len);
        text_done(&packed);
        free(name);
        free(value);
    }
}

/* Tags unknown to the Tag Manager, or too long for it, vanish without a word. */
static bool apply_tags(const struct ab_account *a, struct ab_order *o, const xmlNode *said)
{
    const xmlNode *tags = ab_child(said, "Tags");

    if (!tags)
        return false;
    if (switch_on(SWITCH_AB_TAGS_REPLACE))
        bag_done(&o->tags);
    for (xmlNode *one = ab_child(tags, "Tag"); one; one = ab_next(one)) {
        char *name = ab_node_text(one);

        if (name && strlen(name) <= TAG_MAX && ab_tag_known(a, name) && !ab_has_tag(o, name))
            bag_add(&o->tags, 0, name, strlen(name));
        free(name);
    }
    return true;
}

static struct bag *find_label(struct ab_order *o, const char *item, const char *package)
{
    for (size_t i = 0; i < o->label_count; i++) {
        if (same_text(bag_get(&o->labels[i], AF_L_ITEM_ID), item) &&
            same_text(bag_get(&o->labels[i], AF_L_PACKAGE), package))
            return &o->labels[i];
    }
    return NULL;
}

/* One package of an order has one number, whatever items lie in it. */
static bool labels_agree(const struct ab_order *o)
{
    for (size_t i = 0; i < o->label_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (same_text(bag_get(&o->labels[i], AF_L_PACKAGE),
                          bag_get(&o->labels[k], AF_L_PACKAGE)) &&
                !same_text(bag_get(&o->labels[i], AF_L_NUMBER),
                           bag_get(&o->labels[k], AF_L_NUMBER)))
                return false;
        }
    }
    return true;
}

static bool apply_label(struct ab_order *o, const xmlNode *said)
{
    char *item = ab_child_text(said, "ItemID"), *package = ab_child_text(said, "PackageNumber");
    bool complete = item && *item && package && *package;
    struct bag *label = complete ? find_label(o, item, package) : NULL;

    if (complete && !label)
        label = ab_label_new(o);
    for (unsigned f = 0; label && f < ab_label_kind.count; f++) {
        char *value = ab_child_text(said, ab_label_kind.fields[f].name);

        if (value)
            bag_set(label, f, value);
        free(value);
    }
    free(item);
    free(package);
    return complete;
}

static bool apply_labels(struct ab_order *o, const xmlNode *said)
{
    const xmlNode *labels = ab_child(ab_child(said, "ShippingInfo"), "ParcelLabels");

    for (xmlNode *one = ab_child(labels, "ParcelLabel"); one; one = ab_next(one)) {
        if (!apply_label(o, one))
            return false;
    }
    return labels_agree(o);
}

static struct ab_order *find_by_item(const struct ab_account *a, const char *item)
{
    for (size_t i = 0; i < a->order_count; i++) {
        for (size_t k = 0; k < a->orders[i]->item_count; k++) {
            if (same_text(bag_get(&a->orders[i]->items[k], AF_I_ITEM_ID), item))
                return a->orders[i];
        }
    }
    return NULL;
}

/* The order that an entry of the batch means. */
static struct ab_order *find_meant(const struct ab_account *a, const xmlNode *said,
                                   struct outcome *out)
{
    char *item = ab_child_text(said, "ItemID"), *order = ab_child_text(said, "OrderID");
    struct ab_order *found = NULL;

    if (!(order && *order) && !(item && *item)) {
        out->code = ERROR_NO_IDENT;
        out->text = "Es wurde weder OrderID noch ItemID angegeben.";
    } else {
        if (order && *order)
            found = int_of(order, &out->id) ? ab_order_find(a, out->id) : NULL;
        else
            found = find_by_item(a, item);
        out->code = found ? 0 : ERROR_NO_ORDER;
        out->text = "Vorgang nicht gefunden.";
    }
    free(item);
    free(order);
    return found;
}

static void apply_update(const struct ab_account *a, const xmlNode *said, struct outcome *out)
{
    const struct ab_order *found = find_meant(a, said, out);

    if (!found)
        return;
    out->order = ab_order_copy(found);
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
        const struct container *c = &containers[i];
        const xmlNode *node = c->outer ? ab_child(said, c->outer) : said;

        node = node && c->inner ? ab_child(node, c->inner) : node;
        if (node)
            apply_container(out->order, node, c->group);
    }
    apply_items(out->order, said);
    apply_attributes(out->order, said);
    out->tags = apply_tags(a, out->order, said);
    out->order->hidden = ab_child_bool(said, "HideOrder", out->order->hidden);
    if (!apply_labels(out->order, said)) {
        out->code = ERROR_LABELS;
        out->text = "ParcelLabels: ItemID oder PackageNumber fehlt oder ist widerspr\xc3\xbc"
                    "chlich.";
    }
}

static bool bags_same(const struct bag *a, const struct bag *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!bag_same(&a[i], &b[i]))
            return false;
    }
    return true;
}

/* Stores the copy; a change of the order and a change of its tags are one mutation each. */
static void store(struct ab_account *a, struct outcome *out)
{
    const struct ab_order *old = ab_order_find(a, out->order->id);
    struct ab_order *new = out->order;
    bool tags = !bag_same(&old->tags, &new->tags);
    bool rest = !bag_same(&old->fields, &new->fields) || old->hidden != new->hidden ||
                old->cancelled != new->cancelled || old->label_count != new->label_count ||
                !bags_same(old->items, new->items, old->item_count) ||
                !bags_same(old->labels, new->labels, old->label_count);

    counts_mutations("afterbuy", (size_t)tags + (size_t)rest);
    if (tags || rest)
        ab_order_touch(new);
    ab_order_put(a, new);
    out->order = NULL;
}

static void answer_outcomes(struct ab_request *r, const struct outcome *all, size_t n, bool result)
{
    struct text *t = &r->call->reply.body;
    struct text id = {0};
    bool failed = false;

    for (size_t i = 0; i < n; i++)
        failed = failed || all[i].code;
    ab_answer_open(r, failed ? AB_ERROR : AB_SUCCESS);
    if (failed)
        text_str(t, "<ErrorList>\r\n");
    for (size_t i = 0; i < n; i++) {
        if (!all[i].code)
            continue;
        text_clear(&id);
        if (all[i].id)
            ab_element_int(&id, "OrderID", all[i].id);
        ab_trouble(t, "Error", all[i].code, all[i].text, id.s ? id.s : "");
    }
    if (failed)
        text_str(t, "</ErrorList>\r\n");
    text_done(&id);
    if (failed || result) {
        ab_answer_close(r);
        return;
    }
    call_answer(r->call, 200, "text/xml; charset=utf-8");
    text_fmt(t,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Afterbuy>\r\n"
             "<CallStatus>Success</CallStatus>\r\n<CallName>%s</CallName>\r\n"
             "<VersionID>0</VersionID>\r\n</Afterbuy>",
             r->name);
}

static size_t count_children(const xmlNode *parent, const char *name)
{
    size_t n = 0;

    for (const xmlNode *one = ab_child(parent, name); one; one = ab_next(one))
        n++;
    return n;
}

typedef void apply_fn(const struct ab_account *a, const xmlNode *said, struct outcome *out);

/* Applies a batch; the same order may stand in it repeatedly, so each entry is stored in its turn.
 */
static void run_batch(struct ab_request *r, const xmlNode *list, const char *name, apply_fn *apply,
                      bool result)
{
    size_t n = count_children(list, name), i = 0;
    struct outcome *all = mem_need((n + 1) * sizeof *all);
    bool partial = switch_on(SWITCH_AB_PARTIAL_UPDATE), failed = false;

    for (xmlNode *one = ab_child(list, name); one; one = ab_next(one), i++) {
        apply(r->account, one, &all[i]);
        failed = failed || all[i].code;
        if (partial && all[i].order && !all[i].code)
            store(r->account, &all[i]);
    }
    for (i = 0; i < n; i++) {
        if (all[i].order && !all[i].code && !failed)
            store(r->account, &all[i]);
        if (all[i].order)
            ab_order_free(all[i].order);
    }
    r->call->items = n;
    answer_outcomes(r, all, n, result);
    free(all);
}

void ab_update_sold_items(struct ab_request *r)
{
    const xmlNode *orders = ab_child(r->root, "Orders");

    if (count_children(orders, "Order") > ORDERS_MAX)
        ab_answer_error(r, ERROR_TOO_MANY,
                        "Die maximale Anzahl der Objekte wurde \xc3\xbc"
                        "berschritten.");
    else
        run_batch(r, orders, "Order", apply_update, true);
}

/* Puts the goods back: 0 into the shop's stock, 1 into the auctions'. */
static void book_stock(const struct ab_account *a, const struct ab_order *o, int64_t where)
{
    unsigned field = where == 1 ? AF_P_AUCTION_QUANTITY : AF_P_QUANTITY;

    for (size_t i = 0; i < o->item_count && (where == 0 || where == 1); i++) {
        int64_t id = 0, n = 0, stock = 0;
        struct ab_product *p;
        struct text sum = {0};

        (void)int_of(bag_get(&o->items[i], AF_I_PRODUCT_ID), &id);
        p = ab_product_find(a, id);
        if (!p || !int_of(bag_get(&o->items[i], AF_I_QUANTITY), &n))
            continue;
        (void)int_of(bag_get(&p->fields, field), &stock);
        text_int(&sum, stock + n);
        bag_set(&p->fields, field, sum.s);
        text_done(&sum);
    }
}

static void apply_cancel(const struct ab_account *a, const xmlNode *said, struct outcome *out)
{
    int64_t mark = ab_child_int(said, "MarkId", -1);
    const struct ab_order *found;
    struct text flag = {0};

    out->id = ab_child_int(said, "OrderId", 0);
    found = ab_order_find(a, out->id);
    if (!found) {
        out->code = out->id ? ERROR_NO_ORDER : ERROR_NO_IDENT;
        out->text = "Vorgang nicht gefunden.";
        return;
    }
    out->order = ab_order_copy(found);
    if (!found->cancelled)
        book_stock(a, found, ab_child_int(said, "StockBooking", -1));
    out->order->cancelled = true;
    out->order->hidden = ab_child_bool(said, "HideOrder", found->hidden);
    if (mark >= 0) {
        text_int(&flag, mark);
        set_all_items(out->order, AF_I_FLAG, flag.s);
        text_done(&flag);
    }
}

void ab_cancel_orders(struct ab_request *r)
{
    const xmlNode *list = ab_child(r->root, "OrderCancellations");

    if (!ab_child(list, "OrderCancellation"))
        ab_answer_error(r, ERROR_NO_IDENT, "Es wurde keine Stornierung angegeben.");
    else
        run_batch(r, list, "OrderCancellation", apply_cancel, false);
}
