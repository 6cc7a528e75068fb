/* Articles of the wemalo simulator. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/counts.h"
#include "sandbox/wemalo.h"

static const struct wm_field fields[] = {{"externalId", WM_ID, true},
                                         {"sku", WM_TEXT, true},
                                         {"productGroup", WM_TEXT, true},
                                         {"name", WM_TEXT, false},
                                         {"description", WM_TEXT, false},
                                         {"depth", WM_NUMBER, false},
                                         {"height", WM_NUMBER, false},
                                         {"width", WM_NUMBER, false},
                                         {"volume", WM_NUMBER, false},
                                         {"depthShipping", WM_NUMBER, false},
                                         {"heightShipping", WM_NUMBER, false},
                                         {"widthShipping", WM_NUMBER, false},
                                         {"volumeShipping", WM_NUMBER, false},
                                         {"grossWeight", WM_WHOLE, false},
                                         {"netWeight", WM_WHOLE, false},
                                         {"ean", WM_TEXT, false},
                                         {"ean2", WM_TEXT, false},
                                         {"ean3", WM_TEXT, false},
                                         {"ean4", WM_TEXT, false},
                                         {"customsTariffNumber", WM_TEXT, false},
                                         {"factoryNumber", WM_TEXT, false},
                                         {"supplierNumber", WM_TEXT, false},
                                         {"originCountry", WM_TEXT, false},
                                         {"producerName", WM_TEXT, false},
                                         {"salesPrice", WM_NUMBER, false},
                                         {"purchasePrice", WM_NUMBER, false},
                                         {"hasSerialNumber", WM_BOOL, false},
                                         {"isActive", WM_BOOL, false},
                                         {"ignorePicking", WM_BOOL, false},
                                         {"externalArticleNumber", WM_TEXT, false},
                                         {"shop", WM_TEXT, false},
                                         {"stock", WM_NUMBER, false},
                                         {"b-stock", WM_NUMBER, false},
                                         {"thumbnail", WM_TEXT, false},
                                         {NULL}};

static const char *const frozen[] = {"depth",         "height",         "width",
                                     "volume",        "depthShipping",  "heightShipping",
                                     "widthShipping", "volumeShipping", NULL};

/* ---- storing ---- */

/* Somebody else has the sku (or the ean). */
static bool sku_taken(const struct wm_account *a, uint32_t at, const char *sku)
{
    uint32_t owner = wm_article_by_sku(a, sku);

    return owner != WM_NONE && owner != at;
}

static bool ean_taken(const struct wm_account *a, uint32_t at, const char *ean)
{
    uint32_t owner = wm_article_by_ean(a, ean);

    return owner != WM_NONE && owner != at;
}

static bool conflict(const struct wm_account *a, uint32_t at, const json_t *taken,
                     struct wm_wrong *wrong)
{
    const char *sku = json_string_value(json_object_get(taken, "sku"));
    const char *ean = json_string_value(json_object_get(taken, "ean"));

    if (sku_taken(a, at, sku))
        return !wm_is_wrong(wrong, 400, "sku", "NOT_UNIQUE", sku);
    if (ean_taken(a, at, ean))
        return !wm_is_wrong(wrong, 400, "ean", "NOT_UNIQUE", ean);
    return false;
}

/* Puts the accepted fields over the stored ones; true when that changes anything. */
static bool store(struct wm_account *a, uint32_t at, json_t *taken)
{
    struct wm_article *x = a->articles[at];
    json_t *body = wm_compact(x->body);
    char *was = x->body;

    (void)json_object_del(taken, "externalId");
    (void)json_object_del(taken, "shop");
    (void)json_object_update(body, taken);
    x->body = wm_dump(body);
    wm_article_put_sku(a, at, json_string_value(json_object_get(body, "sku")));
    wm_article_put_ean(a, at, json_string_value(json_object_get(body, "ean")));
    x->inactive = json_is_false(json_object_get(body, "isActive"));
    x->ignored = json_is_true(json_object_get(body, "ignorePicking"));
    json_decref(body);
    if (same_text(was, x->body)) {
        free(was);
        return false;
    }
    free(was);
    x->changed_ms = clock_ms();
    counts_mutations("wemalo", 1);
    return true;
}

static bool create(struct wm_account *a, const char *id, json_t *taken, struct wm_wrong *wrong)
{
    const char *ean = json_string_value(json_object_get(taken, "ean"));
    uint32_t known = wm_article_by_external(a, id);

    if (switch_on(SWITCH_WM_EAN_REQUIRED) && (!ean || !*ean))
        return wm_is_wrong(wrong, 400, "missingParameter", NULL, "ean");
    if (conflict(a, known, taken, wrong))
        return false;
    (void)store(a, wm_article_new(a, id), taken);
    return true;
}

/* The dimensions of an article that is there are not taken. */
static void drop_frozen(struct wm_account *a, json_t *taken)
{
    for (size_t i = 0; frozen[i]; i++) {
        a->dimensions_late += json_object_get(taken, frozen[i]) != NULL;
        (void)json_object_del(taken, frozen[i]);
    }
}

static bool change(struct wm_account *a, uint32_t at, json_t *taken, struct wm_wrong *wrong)
{
    const char *sku = json_string_value(json_object_get(taken, "sku"));
    const char *ean = json_string_value(json_object_get(taken, "ean"));

    if (switch_on(SWITCH_WM_CONFLICT) && conflict(a, at, taken, wrong))
        return false;
    if (sku_taken(a, at, sku))
        (void)json_object_del(taken, "sku");
    if (ean_taken(a, at, ean))
        (void)json_object_del(taken, "ean");
    drop_frozen(a, taken);
    (void)store(a, at, taken);
    return true;
}

/* One article of add (again: what the switch says) or addMultiple (again: 1, a change). */
static bool put(struct wm_account *a, const json_t *said, int64_t again, struct wm_wrong *wrong)
{
    json_t *taken = wm_taken(said, fields, wrong);
    char *id = wm_words(json_object_get(taken, "externalId"));
    uint32_t at = id ? wm_article_by_external(a, id) : WM_NONE;
    bool fine;

    if (!taken)
        fine = false;
    else if (at == WM_NONE || again == 3)
        fine = create(a, id, taken, wrong);
    else if (again == 0)
        fine = wm_is_wrong(wrong, 400, "externalId", "NOT_UNIQUE", id);
    else
        fine = again == 2 || change(a, at, taken, wrong);
    free(id);
    json_decref(taken);
    return fine;
}

void wm_product_add(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    json_t *said = wm_body(c, a);
    struct wm_wrong wrong = {0};

    (void)parts;
    if (!said)
        return;
    c->items = 1;
    if (put(a, said, switch_int(SWITCH_WM_PRODUCT_AGAIN), &wrong))
        wm_ok_plain(c);
    else
        wm_say_wrong(c, &wrong);
    json_decref(said);
}

/* Whether all would be taken: nothing is stored before that is known. */
static bool all_fine(const struct wm_account *a, const json_t *list, struct wm_wrong *wrong)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *taken = wm_taken(json_array_get(list, i), fields, wrong);
        char *id = wm_words(json_object_get(taken, "externalId"));
        bool fine = taken != NULL;

        if (fine && wm_article_by_external(a, id) == WM_NONE)
            fine = !conflict(a, WM_NONE, taken, wrong);
        free(id);
        json_decref(taken);
        if (!fine)
            return false;
    }
    return true;
}

/* Goes on behind a bad one: what is wrong with the first of them is all that the answer says. */
static bool put_all(struct wm_account *a, const json_t *list, struct wm_wrong *wrong)
{
    bool fine = true;

    for (size_t i = 0; i < json_array_size(list); i++) {
        struct wm_wrong next = {0};

        if (put(a, json_array_get(list, i), 1, &next))
            continue;
        *wrong = fine ? next : *wrong;
        fine = false;
    }
    return fine;
}

void wm_product_add_multiple(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field outer[] = {
        {"products", WM_LIST, true}, {"shop", WM_TEXT, false}, {NULL}};
    json_t *said = wm_body(c, a), *taken;
    const json_t *list;
    struct wm_wrong wrong = {0};
    bool fine;

    (void)parts;
    if (!said)
        return;
    taken = wm_taken(said, outer, &wrong);
    list = json_object_get(taken, "products");
    c->items = json_array_size(list);
    fine = taken != NULL;
    if (fine && (int64_t)c->items > switch_int(SWITCH_WM_MULTIPLE_MAX))
        fine = wm_is_wrong(&wrong, 400, "products", "INVALID", "too many at once");
    if (fine && !switch_on(SWITCH_WM_MULTIPLE_PARTIAL))
        fine = all_fine(a, list, &wrong);
    if (fine && put_all(a, list, &wrong))
        wm_ok_plain(c);
    else
        wm_say_wrong(c, &wrong);
    json_decref(taken);
    json_decref(said);
}

/* The article of the path; WM_NONE, and an answer, when there is none. */
static uint32_t article_of(struct call *c, const struct wm_account *a,
                           const struct path_parts *parts)
{
    uint32_t at = wm_article_by_external(a, parts->part[0]);

    c->items = 1;
    if (at == WM_NONE)
        wm_error(c, 404, "extId", "NOT_FOUND", parts->part[0]);
    return at;
}

/* Changes one article by a list of fields that are all optional here. */
static void change_by(struct call *c, struct wm_account *a, const struct path_parts *parts,
                      const struct wm_field *allowed)
{
    uint32_t at = article_of(c, a, parts);
    json_t *said = at == WM_NONE ? NULL : wm_body(c, a), *taken;
    struct wm_wrong wrong = {0};

    if (!said)
        return;
    taken = wm_taken(said, allowed, &wrong);
    if (taken && change(a, at, taken, &wrong))
        wm_ok_plain(c);
    else
        wm_say_wrong(c, &wrong);
    json_decref(taken);
    json_decref(said);
}

void wm_product_update(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    struct wm_field optional[sizeof fields / sizeof *fields];

    memcpy(optional, fields, sizeof fields);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        optional[i].required = false;
    change_by(c, a, parts, optional);
}

void wm_product_active(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {
        {"isActive", WM_BOOL, true}, {"shop", WM_TEXT, false}, {NULL}};

    change_by(c, a, parts, allowed);
}

void wm_product_image(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    static const struct wm_field allowed[] = {{"extension", WM_TEXT, true},
                                              {"base64data", WM_TEXT, true},
                                              {"shop", WM_TEXT, false},
                                              {NULL}};

    change_by(c, a, parts, allowed);
}

/* ---- reading ---- */

/* The stored body, opened again for what wemalo adds. */
static void write_article(struct text *t, const struct wm_article *x, bool external)
{
    text_add(t, x->body, strlen(x->body) - 1);
    wm_member_id(t, "id", x->id, 1);
    if (external)
        wm_member_external(t, "externalId", x->external_id);
}

void wm_product_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    uint32_t at = article_of(c, a, parts);

    if (at == WM_NONE)
        return;
    call_answer(c, 200, "application/json");
    write_article(&c->reply.body, a->articles[at], true);
    wm_ok_end(c);
}

/* Articles by the hour of their last change; the rows carry no externalId. */
void wm_product_get_all(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    int64_t from;
    struct text *t;

    (void)parts;
    if (!wm_from_date(c, &from))
        return;
    t = wm_ok(c);
    text_member_raw(t, "products", "[");
    for (size_t i = 0; i < a->article_count; i++) {
        if (berlin_of(a->articles[i]->changed_ms / 1000) < from)
            continue;
        if (c->items++)
            text_char(t, ',');
        write_article(t, a->articles[i], false);
        text_char(t, '}');
    }
    text_char(t, ']');
    wm_ok_end(c);
}

void wm_product_unit_add(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    uint32_t at = article_of(c, a, parts);
    json_t *said = at == WM_NONE ? NULL : wm_body(c, a), *body, *units;

    if (!said)
        return;
    body = wm_compact(a->articles[at]->body);
    units = json_object_get(body, "units");
    if (!units) {
        units = json_array();
        (void)json_object_set_new(body, "units", units);
    }
    (void)json_object_del(said, "shop");
    (void)json_array_append(units, said);
    free(a->articles[at]->body);
    a->articles[at]->body = wm_dump(body);
    counts_mutations("wemalo", 1);
    wm_ok_plain(c);
    json_decref(body);
    json_decref(said);
}

void wm_product_unit_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    uint32_t at = article_of(c, a, parts);
    json_t *body, *units;
    char *s;

    if (at == WM_NONE)
        return;
    body = wm_compact(a->articles[at]->body);
    units = json_object_get(body, "units");
    s = units ? wm_dump(units) : mem_copy("[]");
    text_member_raw(wm_ok(c), "units", s);
    wm_ok_end(c);
    free(s);
    json_decref(body);
}

void wm_shop_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    (void)parts;
    text_member(wm_ok(c), "shop", a->shop);
    wm_ok_end(c);
}

/* ---- stock ---- */

/* What can still be picked; never less than nothing. */
static int64_t pickable(const struct wm_account *a, uint32_t at)
{
    int64_t n = a->articles[at]->inactive ? 0 : wm_available(a, at);

    return n > 0 ? n : 0;
}

static int64_t stock_changed_ms(const struct wm_account *a, const struct wm_article *x)
{
    int64_t latest = x->stock_ms;

    for (size_t i = 0; i < x->part_count; i++) {
        int64_t ms = a->articles[x->parts[i].article]->stock_ms;

        latest = ms > latest ? ms : latest;
    }
    return latest;
}

static void write_stock(struct text *t, const struct wm_account *a, uint32_t at)
{
    const struct wm_article *x = a->articles[at];
    int64_t n = pickable(a, at);

    wm_next(t);
    wm_member_id(t, "id", x->id, 2);
    text_member(t, "sku", x->sku);
    text_member(t, "ean", x->ean);
    wm_member_external(t, "externalId", x->external_id);
    text_member_int(t, "virtualQuantity", x->part_count ? n : 0);
    text_member_raw(t, "attributes", "[");
    if (!x->part_count) {
        wm_next(t);
        wm_member_id(t, "id", x->id * 2, 3);
        text_member(t, "external", "B");
        wm_member_bool(t, "isDefault", false);
        text_member_int(t, "quantity", 0);
        text_char(t, '}');
        wm_next(t);
        wm_member_id(t, "id", x->id * 2 + 1, 3);
        text_member(t, "external", "");
        wm_member_bool(t, "isDefault", true);
        text_member_int(t, "quantity", n);
        text_char(t, '}');
    }
    text_str(t, "]}");
}

void wm_stock_available(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    int64_t from = 0;
    struct text *t;

    (void)parts;
    if (call_query(c, "fromDate") && !wm_from_date(c, &from))
        return;
    t = wm_ok(c);
    text_member_raw(t, "articles", "[");
    for (size_t i = 0; i < a->article_count; i++) {
        if (berlin_of(stock_changed_ms(a, a->articles[i]) / 1000) < from)
            continue;
        write_stock(t, a, (uint32_t)i);
        c->items++;
    }
    text_char(t, ']');
    wm_ok_end(c);
}

void wm_stock_get(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    uint32_t at = article_of(c, a, parts);
    struct text *t;

    if (at == WM_NONE)
        return;
    t = wm_ok(c);
    text_member_raw(t, "stock", "[{");
    text_member(t, "attribute", "");
    text_member_raw(t, "serialNumber", "null");
    text_member_int(t, "quantity", a->articles[at]->stock);
    text_str(t, "}]");
    wm_ok_end(c);
}

/* The example's names: notReservedQuantity, not quantityReserved. */
void wm_stock_reduced(struct call *c, struct wm_account *a, const struct path_parts *parts)
{
    uint32_t at = article_of(c, a, parts);
    struct text *t;

    if (at == WM_NONE)
        return;
    t = wm_ok(c);
    text_member_int(t, "quantity", a->articles[at]->stock);
    text_member_int(t, "notReservedQuantity", pickable(a, at));
    text_member(t, "lotStartPosition", "");
    text_member(t, "lotEndPosition", "");
    if (!same_text(call_query(c, "hideDetails"), "true")) {
        text_member_raw(t, "details", "[{");
        text_member_int(t, "quantity", a->articles[at]->stock);
        text_member(t, "storageCell", "A-01");
        text_str(t, "}]");
    }
    wm_ok_end(c);
}
