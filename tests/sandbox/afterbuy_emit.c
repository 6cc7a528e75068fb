/* Writing Afterbuy orders and articles as XML: one walk over the bag, groups opened as they come.
 */
#include "sandbox/afterbuy.h"

#include <string.h>

#include "sandbox/switches.h"

enum {
    LEVEL_PAYMENT = 2,
    LEVEL_BUYER = 4,
    LEVEL_ITEMS = 8,
    LEVEL_SHIPPING = 16,
    LEVEL_ATTRIBUTES = 32
};
enum { PRODUCT_NO_MEMO = 2, PRODUCT_STOCK = 4, PRODUCT_BASE = 8 };
enum { PARTS_MAX = 12 };

/* What encloses the fields of a group, and the DetailLevel bit that asks for it. */
struct wrapping {
    const char *outer, *inner;
    int64_t level;
};

static const struct wrapping order_wrappings[AG_GROUPS] = {
    [AG_PAYMENT] = {"PaymentInfo", NULL, LEVEL_PAYMENT},
    [AG_BANK] = {"PaymentInfo", "PaymentData", LEVEL_PAYMENT},
    [AG_BILLING] = {"BuyerInfo", "BillingAddress", LEVEL_BUYER},
    [AG_ADDRESS] = {"BuyerInfo", "ShippingAddress", LEVEL_BUYER},
    [AG_SHIPPING] = {"ShippingInfo", NULL, LEVEL_SHIPPING},
    [AG_INFO] = {"VorgangsInfo", NULL, 0},
    [AG_CURRENCY] = {"OrderOriginalCurrency", NULL, LEVEL_PAYMENT},
};

static const struct wrapping item_wrappings[AG_GROUPS] = {
    [AG_CURRENCY] = {"ItemOriginalCurrency", NULL, 0},
    [AG_PRODUCT] = {"ShopProductDetails", NULL, 0},
    [AG_BASE] = {"ShopProductDetails", "BaseProductData", 0},
    [AG_ATTRIBUTES] = {"SoldItemAttributes", NULL, LEVEL_ATTRIBUTES},
};

static const struct wrapping product_wrappings[AG_GROUPS] = {
    [AG_SKUS] = {"Skus", NULL, 0},
    [AG_TAGS] = {"Tags", NULL, 0},
    [AG_BASE] = {"BaseProducts", NULL, 0},
};

/* One record on its way out. */
struct walk {
    struct text *t;
    const struct wrapping *wrappings;
    const char *outer, *inner; /* open now */
    int64_t id, detail;
    bool items_done, labels_done;
};

static void open_tag(struct text *t, const char *name)
{
    text_char(t, '<');
    text_str(t, name);
    text_str(t, ">\r\n");
}

static void close_tag(struct text *t, const char *name)
{
    text_str(t, "</");
    text_str(t, name);
    text_str(t, ">\r\n");
}

/* Closes and opens until exactly the wrapping of that group is open. */
static void walk_to(struct walk *w, const char *outer, const char *inner)
{
    if (w->inner && !same_text(w->inner, inner)) {
        close_tag(w->t, w->inner);
        w->inner = NULL;
    }
    if (w->outer && !same_text(w->outer, outer)) {
        close_tag(w->t, w->outer);
        w->outer = NULL;
    }
    if (outer && !w->outer) {
        open_tag(w->t, outer);
        w->outer = outer;
    }
    if (inner && !w->inner) {
        open_tag(w->t, inner);
        w->inner = inner;
    }
}

/* Names that come in two spellings. */
static const char *spelling(const char *name, uint64_t quirk)
{
    if (quirk % 4 == 3 && same_text(name, "CountryISO"))
        return "countryISO";
    if (quirk % 4 == 3 && same_text(name, "PaymentData"))
        return "paymentData";
    if (quirk % 8 == 3 && same_text(name, "AlternativeItemNumber1"))
        return "alternativeItemNumber1";
    return name;
}

/* "Name=value" */
static void write_extra(struct text *t, const struct bag_entry *e)
{
    const char *mark = strchr(e->value, '=');

    if (!mark)
        return;
    text_char(t, '<');
    text_add(t, e->value, (size_t)(mark - e->value));
    text_char(t, '>');
    text_xml(t, mark + 1, e->len - (size_t)(mark + 1 - e->value));
    text_str(t, "</");
    text_add(t, e->value, (size_t)(mark - e->value));
    text_str(t, ">\r\n");
}

static void write_field(struct walk *w, const struct ab_field *f, const struct bag_entry *e)
{
    uint64_t quirk = ab_quirk(w->id, e->id);

    if (f->style == AS_EXTRA)
        write_extra(w->t, e);
    else if (f->style != AS_SECRET)
        ab_element_styled(w->t, spelling(f->name, quirk), f->style, e, quirk);
}

/* Parts divided by \x1f, each in the element of that name; absent parts are left out. */
static void write_parts(struct text *t, const struct bag_entry *e, const char *const *names)
{
    const char *from = e->value, *end = e->value + e->len;

    for (size_t i = 0; names[i] && from <= end; i++) {
        const char *to = memchr(from, '\x1f', (size_t)(end - from));
        struct bag_entry part = {.value = from, .len = (size_t)((to ? to : end) - from)};

        ab_element_styled(t, names[i], AS_PLAIN, &part, 1);
        from = to ? to + 1 : end + 1;
    }
}

static void write_item_parts(struct walk *w, unsigned group, const struct bag_entry *e)
{
    static const char *const child[] = {"ProductID",     "ProductEAN",       "ProductANr",
                                        "ProductName",   "ProductQuantity",  "ProductVAT",
                                        "ProductWeight", "ProductUnitPrice", NULL};
    static const char *const attribute[] = {"AttributeName", "AttributeValue", "AttributePosition",
                                            NULL};

    open_tag(w->t, group == AG_BASE ? "ChildProduct" : "SoldItemAttribute");
    write_parts(w->t, e, group == AG_BASE ? child : attribute);
    close_tag(w->t, group == AG_BASE ? "ChildProduct" : "SoldItemAttribute");
}

static void write_tags(struct text *t, const struct ab_order *o)
{
    struct bag_entry e;
    size_t at = 0;

    if (!o->tags.len)
        return;
    open_tag(t, "Tags");
    while (bag_next(&o->tags, &at, &e))
        ab_element_styled(t, "Tag", AS_TEXT, &e, ab_quirk(o->id, 900 + at));
    close_tag(t, "Tags");
}

/* Clients disagree whether tags stand at the order or at its items: an order does one of both. */
static bool tags_at_items(const struct ab_order *o)
{
    int64_t place = switch_int(SWITCH_AB_TAG_PLACE);

    return o->item_count && (place == 2 || (place == 0 && ab_quirk(o->id, 901) % 2));
}

static void write_item(struct text *t, const struct ab_order *o, size_t number, int64_t detail)
{
    struct walk w = {.t = t, .wrappings = item_wrappings, .id = o->id + (int64_t)number};
    struct bag_entry e;
    size_t at = 0;

    open_tag(t, "SoldItem");
    while (bag_next(&o->items[number], &at, &e)) {
        const struct ab_field *f = &ab_item_kind.fields[e.id];
        const struct wrapping *wrap = &w.wrappings[f->group];

        if (detail && wrap->level && !(detail & wrap->level))
            continue;
        walk_to(&w, wrap->outer, wrap->inner);
        if (f->style == AS_PARTS)
            write_item_parts(&w, f->group, &e);
        else
            write_field(&w, f, &e);
    }
    walk_to(&w, NULL, NULL);
    if (tags_at_items(o))
        write_tags(t, o);
    close_tag(t, "SoldItem");
}

static void write_items(struct walk *w, const struct ab_order *o)
{
    walk_to(w, NULL, NULL);
    if (w->detail && !(w->detail & LEVEL_ITEMS))
        return;
    open_tag(w->t, "SoldItems");
    ab_element_int(w->t, "ItemsInOrder", o->item_count);
    for (size_t i = 0; i < o->item_count; i++)
        write_item(w->t, o, i, w->detail);
    close_tag(w->t, "SoldItems");
}

static void write_labels(struct walk *w, const struct ab_order *o)
{
    struct bag_entry e;

    if (!o->label_count || (w->detail && !(w->detail & LEVEL_SHIPPING)))
        return;
    walk_to(w, "ShippingInfo", NULL);
    open_tag(w->t, "ParcelLabels");
    for (size_t i = 0; i < o->label_count; i++) {
        size_t at = 0;

        open_tag(w->t, "ParcelLabel");
        while (bag_next(&o->labels[i], &at, &e))
            write_field(w, &ab_label_kind.fields[e.id], &e);
        close_tag(w->t, "ParcelLabel");
    }
    close_tag(w->t, "ParcelLabels");
}

/* What stands between two groups and is no field: the items before, the labels inside shipping. */
static void write_between(struct walk *w, const struct ab_order *o, unsigned group)
{
    if (group >= AG_SHIPPING && !w->items_done) {
        w->items_done = true;
        write_items(w, o);
    }
    if (group > AG_SHIPPING && !w->labels_done) {
        w->labels_done = true;
        write_labels(w, o);
    }
}

void ab_write_order(struct text *t, const struct ab_order *o, int64_t detail)
{
    struct walk w = {.t = t, .wrappings = order_wrappings, .id = o->id, .detail = detail};
    struct bag_entry e;
    size_t at = 0;
    bool numbered = false;

    open_tag(t, "Order");
    while (bag_next(&o->fields, &at, &e)) {
        const struct ab_field *f = &ab_order_kind.fields[e.id];
        const struct wrapping *wrap = &w.wrappings[f->group];

        if (!numbered && e.id > AF_INVOICE_NUMBER) {
            ab_element_int(t, "OrderID", o->id);
            numbered = true;
        }
        write_between(&w, o, f->group);
        if (detail && wrap->level && !(detail & wrap->level))
            continue;
        walk_to(&w, wrap->outer, spelling(wrap->inner, ab_quirk(o->id, 902)));
        write_field(&w, f, &e);
    }
    write_between(&w, o, AG_GROUPS);
    walk_to(&w, NULL, NULL);
    if (!numbered)
        ab_element_int(t, "OrderID", o->id);
    if (!tags_at_items(o))
        write_tags(t, o);
    close_tag(t, "Order");
}

static bool product_wanted(enum ab_group group, int64_t detail, bool base)
{
    if (group == AG_MEMO)
        return !(detail & PRODUCT_NO_MEMO);
    if (group == AG_BASE)
        return base && (!detail || (detail & PRODUCT_BASE));
    if (group == AG_STOCK)
        return !detail || (detail & (PRODUCT_STOCK | PRODUCT_BASE | PRODUCT_NO_MEMO));
    return true;
}

static void write_product_parts(struct walk *w, const struct ab_field *f, const struct bag_entry *e)
{
    static const char *const part[] = {"BaseProductID", "BaseProductType", NULL};
    const char *mark = strchr(e->value, '\x1e');
    struct bag_entry relation = {.value = mark ? mark + 1 : e->value + e->len};
    struct bag_entry head = {.value = e->value, .len = mark ? (size_t)(mark - e->value) : e->len};
    static const char *const relations[] = {"Quantity", "VariationLabel", "DefaultProduct",
                                            "Position", NULL};

    if (f->group != AG_BASE) {
        ab_element_styled(w->t, f->name, AS_TEXT, e, ab_quirk(w->id, e->id));
        return;
    }
    relation.len = e->len - (size_t)(relation.value - e->value);
    open_tag(w->t, "BaseProduct");
    write_parts(w->t, &head, part);
    open_tag(w->t, "BaseProductsRelationData");
    write_parts(w->t, &relation, relations);
    close_tag(w->t, "BaseProductsRelationData");
    close_tag(w->t, "BaseProduct");
}

void ab_write_product(struct text *t, const struct ab_product *p, int64_t detail, bool base)
{
    struct walk w = {.t = t, .wrappings = product_wrappings, .id = p->id};
    struct bag_entry e;
    size_t at = 0;

    open_tag(t, "Product");
    ab_element_int(t, "ProductID", p->id);
    while (bag_next(&p->fields, &at, &e)) {
        const struct ab_field *f = &ab_product_kind.fields[e.id];

        if (!product_wanted(f->group, detail, base))
            continue;
        walk_to(&w, w.wrappings[f->group].outer, NULL);
        if (f->style == AS_PARTS)
            write_product_parts(&w, f, &e);
        else
            write_field(&w, f, &e);
    }
    walk_to(&w, NULL, NULL);
    close_tag(t, "Product");
}
