/* billbee_orders.c: orders out of Billbee. Two lists are read: what changed within the window,
 * whatever its state, so that auditors see every order and cancellations are met; and, where the
 * account names a tag, the work list: all that stand in the fetch state and carry the tag, however
 * long ago that was. An order is in both as a rule; that it comes twice is harmless.
 *
 * A cancellation after the invoice is an order of its own, with amounts below zero, while the
 * original stays as it is. Whether it takes back the whole original can only be told by looking at
 * that, so each of them is followed by a question. Until then it is on its way in a cursor:
 * "credits", the place where they were met, so that no two cursors are alike, and two lines for
 * each: the path of its original, and its record. A staged answer that is read again (nobody goes
 * on from there) gives it without `credit_for`. */
#include "connector/billbee.h"

#include "connector/fields.h"
#include "core/text.h"
#include "model/codec.h"

#define CHANGED "changed"
#define WORK "work"
#define CREDITS "credits "
#define CREDIT_ENDING "-GS" /* of the number of a credit order */

/* ---- asking ---- */

static bool is_about_credits(const char *cursor)
{
    return cursor && strncmp(cursor, CREDITS, strlen(CREDITS)) == 0;
}

/* Of a cursor about credits: where they were met, the first one and its original, the lines of the
 * others. */
struct pursuit {
    const char *place, *path, *record, *rest;
};

static const char *take_line(const char **at, struct arena *arena)
{
    size_t len = strcspn(*at, "\n");
    const char *line = arena_slice(arena, *at, len);

    *at += len + ((*at)[len] == '\n');
    return line;
}

static struct pursuit pursuit_of(const char *cursor, struct arena *arena)
{
    struct pursuit pursuit;

    pursuit.place = take_line(&cursor, arena);
    pursuit.path = take_line(&cursor, arena);
    pursuit.record = take_line(&cursor, arena);
    pursuit.rest = cursor;
    return pursuit;
}

static bool is_by_number(const struct pursuit *pursuit)
{
    return strncmp(pursuit->path, BILLBEE_BY_NUMBER_PATH, strlen(BILLBEE_BY_NUMBER_PATH)) == 0;
}

static void ask_original(const struct account *account, const char *cursor, struct request *out)
{
    struct pursuit pursuit = pursuit_of(cursor, out->arena);

    request_begin(out, HTTP_GET, is_by_number(&pursuit) ? BILLBEE_ORDER_BY_NUMBER : BILLBEE_ORDER,
                  account, pursuit.path);
}

bool billbee_orders_ask(const struct account *account, const struct window *window,
                        const char *cursor, struct request *out, struct err *err)
{
    struct billbee_place place;

    (void)err;
    if (is_about_credits(cursor)) {
        ask_original(account, cursor, out);
        return true;
    }
    place = billbee_place(cursor, CHANGED, out->arena);
    request_begin(out, HTTP_GET, BILLBEE_ORDERS, account, BILLBEE_ORDERS_PATH);
    if (text_same(place.list, WORK)) {
        request_parameter(out, "orderStateId", settings_text(&account->settings, "state"));
        request_parameter(out, "tag", settings_text(&account->settings, "tag"));
    } else if (said(window->from_utc)) {
        request_parameter(out, "modifiedAtMin",
                          billbee_time(account, window->from_utc, out->arena));
    }
    if (said(window->until_utc))
        request_parameter(out, "modifiedAtMax",
                          billbee_time(account, window->until_utc - 1, out->arena));
    billbee_ask_page(&place, out);
    return true;
}

/* ---- an order ---- */

static const struct field_path order_fields[] = {
    {"CreatedAt", AS_TIME_LOCAL, offsetof(struct order, head.at_utc)},
    {"LastModifiedAt", AS_TIME_LOCAL, offsetof(struct order, modified_utc)},
    {"PayedAt", AS_TIME_LOCAL, offsetof(struct order, paid_utc)},
    {"ShippedAt", AS_TIME_LOCAL, offsetof(struct order, shipped_utc)},
    {"OrderNumber", AS_TEXT, offsetof(struct order, number)},
    {"BillBeeOrderId", AS_TEXT, offsetof(struct order, number)},
    {"ShippingProfileName", AS_TEXT, offsetof(struct order, shipping_method)},
    {"ShippingProviderProductName", AS_TEXT, offsetof(struct order, shipping_method)},
    {"ShippingProviderName", AS_TEXT, offsetof(struct order, shipping_method)},
    {"Currency", AS_TEXT, offsetof(struct order, currency)},
    {"TotalCost", AS_MONEY, offsetof(struct order, total_e4)},
    {"ShippingCost", AS_MONEY, offsetof(struct order, shipping_e4)},
    {"ShipWeightKg", AS_KILOGRAMS, offsetof(struct order, weight_g)},
    {"Seller.Platform", AS_TEXT, offsetof(struct order, marketplace)},
    {"Id", AS_TEXT, offsetof(struct order, marketplace_order)},
};

static const struct field_path address_fields[] = {
    {"Company", AS_WRITTEN, offsetof(struct address, company)},
    {"Street", AS_WRITTEN, offsetof(struct address, street)},
    {"HouseNumber", AS_WRITTEN, offsetof(struct address, house_number)},
    {"Zip", AS_WRITTEN, offsetof(struct address, postcode)},
    {"City", AS_WRITTEN, offsetof(struct address, city)},
    {"State", AS_WRITTEN, offsetof(struct address, state)},
    {"CountryISO2", AS_TEXT, offsetof(struct address, country)},
    {"Country", AS_TEXT, offsetof(struct address, country)},
    {"Phone", AS_WRITTEN, offsetof(struct address, phone)},
    {"Email", AS_WRITTEN, offsetof(struct address, email)},
};

static const struct field_path item_fields[] = {
    {"BillbeeId", AS_TEXT, offsetof(struct item, ref)},
    {"Product.SKU", AS_TEXT, offsetof(struct item, sku)},
    {"Product.EAN", AS_TEXT, offsetof(struct item, ean)},
    {"Product.Title", AS_TEXT, offsetof(struct item, title)},
    {"TotalPrice", AS_MONEY, offsetof(struct item, total_e4)},
    {"Product.Weight", AS_GRAMS, offsetof(struct item, weight_g)},
    {"Product.TARICCode", AS_TEXT, offsetof(struct item, hs_code)},
    {"Product.CountryOfOrigin", AS_TEXT, offsetof(struct item, origin)},
};

/* Two texts that belong together; NULL when both are empty. */
static const char *joined(const struct node *node, const char *first_path, const char *mark,
                          const char *second_path, struct arena *arena)
{
    const char *first = text_trim(arena, node_text(node, first_path));
    const char *second = text_trim(arena, node_text(node, second_path));

    if (text_is_empty(first))
        return text_is_empty(second) ? NULL : second;
    return text_is_empty(second) ? first : arena_format(arena, "%s%s%s", first, mark, second);
}

static void read_address(const struct node *node, struct address *into, struct record *record,
                         struct arena *arena)
{
    fields_read_record(FIELDS(address_fields), node, NULL, into, record, arena);
    into->name = joined(node, "FirstName", " ", "LastName", arena);
    into->extra = joined(node, "NameAddition", ", ", "Line2", arena);
}

static bool is_somewhere(const struct address *address)
{
    return address->name || address->company || address->street || address->postcode ||
           address->city;
}

static void read_ship_to(const struct node *order, struct record *record, struct arena *arena)
{
    struct address invoice = {0};
    struct address *ship_to = &ORDER(record)->ship_to;

    read_address(node_at(order, "InvoiceAddress"), &invoice, record, arena);
    read_address(node_at(order, "ShippingAddress"), ship_to, record, arena);
    if (!is_somewhere(ship_to))
        *ship_to = invoice;
    if (!ship_to->phone)
        ship_to->phone = invoice.phone;
    if (!ship_to->email)
        ship_to->email = invoice.email;
}

static bool is_true(const struct node *node, const char *path)
{
    return text_same_nocase(node_text(node, path), "true");
}

/* A line that takes off the price, and names no article, is no goods. */
static const char *role_of(const struct node *node, const struct item *item)
{
    bool is_off = said(item->total_e4) && item->total_e4 <= 0 && item->quantity > 0;

    if (is_true(node, "IsCoupon"))
        return "coupon";
    if (is_true(node, "IsDiscount") || (is_off && !item->product_ref && !item->sku))
        return "discount";
    return text_same(node_text(node, "Product.Type"), "2") ? "bundle" : NULL;
}

static void read_item(const struct node *node, struct item *item, struct record *record,
                      struct arena *arena)
{
    const char *product = text_trim(arena, node_text(node, "Product.BillbeeId"));

    fields_read_record(FIELDS(item_fields), node, NULL, item, record, arena);
    item->quantity = billbee_pieces(node, "Quantity", record, arena);
    item->product_ref = billbee_is_id(product) ? product : NULL;
    item->role = role_of(node, item);
    if (said(item->total_e4) && said(item->quantity) && item->quantity &&
        item->total_e4 % item->quantity == 0)
        item->price_e4 = item->total_e4 / item->quantity;
}

static size_t length_of(const struct node *list)
{
    size_t len = 0;

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        len++;
    return len;
}

static void read_items(const struct node *list, struct record *record, struct arena *arena)
{
    struct order *order = ORDER(record);

    order->items = items_new(length_of(list), arena);
    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        read_item(one, &order->items[order->items_len++], record, arena);
}

/* The texts at `path` of each element of a list, and perhaps one more in front. */
static struct texts texts_of(const struct node *list, const char *path, const char *more,
                             struct arena *arena)
{
    const char **texts = arena_array(arena, length_of(list) + 1, sizeof *texts);
    size_t len = 0;

    if (more)
        texts[len++] = more;
    for (const struct node *one = node_first(list, NULL); one; one = one->next) {
        const char *text = text_trim(arena, node_text(one, path));

        if (!text_is_empty(text))
            texts[len++] = text;
    }
    return (struct texts){texts, len};
}

/* The state stands among the tags, where rules see it; one that nobody has heard of is shown. */
static void read_state(const struct node *node, struct order *order, struct arena *arena)
{
    const char *state = node_text(node, "State");
    const char *tag = text_is_empty(state) ? NULL : arena_format(arena, "state:%s", state);

    order->cancelled = text_same(state, "8") || text_same(state, "6");
    order->tags = texts_of(node_at(node, "Tags"), "", tag, arena);
}

struct record *billbee_order(const struct node *node, const struct account *account,
                             struct arena *arena)
{
    struct record *record = record_new(KIND_ORDERS, arena);
    struct order *order = ORDER(record);

    record->ref = record_ref(record, node_text(node, "BillBeeOrderId"), node, arena);
    record->order_ref = record->ref;
    fields_read_record(FIELDS(order_fields), node, account->zone, order, record, arena);
    read_items(node_at(node, "OrderItems"), record, arena);
    read_ship_to(node, record, arena);
    read_state(node, order, arena);
    order->tracking = texts_of(node_at(node, "ShippingIds"), "ShippingId", NULL, arena);
    if (!said(record->at_utc))
        record_flaw(record, "it has no date", arena);
    return record;
}

/* ---- credit orders ---- */

static bool is_below_zero(int64_t number)
{
    return said(number) && number < 0;
}

/* The length of the number of which this is the credit; 0: it is no credit's number. */
static size_t credited_len(const char *number)
{
    size_t len = number ? strlen(number) : 0, ending = strlen(CREDIT_ENDING);

    return len > ending && text_same_nocase(number + len - ending, CREDIT_ENDING) ? len - ending
                                                                                  : 0;
}

static bool is_credit(const struct node *node, const struct order *order)
{
    bool any =
        is_below_zero(order->total_e4) ||
        (billbee_is_id(node_text(node, "BillBeeParentOrderId")) && credited_len(order->number));

    for (size_t i = 0; i < order->items_len && !any; i++)
        any = is_below_zero(order->items[i].quantity);
    return any;
}

/* Appends the path at which the original of a credit is asked for; false: nobody knows it. */
static bool put_original(const struct node *node, const struct order *order, struct buf *out,
                         struct arena *arena)
{
    const char *parent = node_text(node, "BillBeeParentOrderId");
    size_t len = credited_len(order->number);

    if (billbee_is_id(parent) && text_is_digits(parent)) {
        buf_format(out, BILLBEE_ORDERS_PATH "/%s\n", parent);
        return true;
    }
    if (!len)
        return false;
    buf_text(out, BILLBEE_BY_NUMBER_PATH);
    url_put(out, arena_slice(arena, order->number, len));
    buf_char(out, '\n');
    return true;
}

static void put_credit(const struct record *credit, struct buf *out)
{
    struct json_out json = json_begin(out);

    record_put(&json, credit, 0);
    buf_char(out, '\n');
}

static int64_t goods_e4(const struct order *order)
{
    int64_t goods_e4 = order->total_e4;

    if (said(goods_e4) && said(order->shipping_e4) &&
        __builtin_sub_overflow(goods_e4, order->shipping_e4, &goods_e4))
        return UNSAID;
    return goods_e4;
}

/* Whether shipping is credited too, and whether the total then holds it, is not told: goods are
 * compared. */
static bool takes_all_back(const struct order *credit, const struct order *original)
{
    int64_t taken_e4 = goods_e4(credit), goods = goods_e4(original);

    return said(taken_e4) && said(goods) && taken_e4 < 0 && goods > 0 && taken_e4 <= -goods;
}

/* Found by its number, it must be that number: which of several shops' orders is shown is not told.
 */
static bool is_original(const struct order *credit, const struct order *found, bool by_number)
{
    size_t len = credited_len(credit->number);

    if (!text_is_digits(found->head.ref) || text_same(found->head.ref, credit->head.ref))
        return false;
    return !by_number || (found->number && strlen(found->number) == len &&
                          strncmp(found->number, credit->number, len) == 0);
}

/* The answer to ask_original: the credit goes out, and the others go on. */
static bool read_original(const struct account *account, const struct response *response,
                          const char *cursor, struct intake *out, struct err *err)
{
    struct pursuit pursuit = pursuit_of(cursor, out->arena);
    const struct node *root, *node;
    struct record *credit;

    if (!json_parse(pursuit.record, strlen(pursuit.record), out->arena, &root, err) ||
        !record_get(root, KIND_ORDERS, out->arena, &credit, err) ||
        !billbee_one_order(response, &node, err))
        return false;
    if (node) {
        const struct order *original = ORDER(billbee_order(node, account, out->arena));

        if (is_original(ORDER(credit), original, is_by_number(&pursuit)) &&
            takes_all_back(ORDER(credit), original))
            ORDER(credit)->credit_for = original->head.ref;
    }
    intake_add(out, credit, response->root);
    if (*pursuit.rest)
        intake_next(out, arena_format(out->arena, "%s\n%s", pursuit.place, pursuit.rest));
    return true;
}

/* ---- pages ---- */

static void read_rows(const struct account *account, const struct billbee_place *place,
                      const struct node *row, struct intake *out)
{
    AUTO(buf_done) struct buf credits = {0};

    for (; row; row = row->next) {
        struct record *record = billbee_order(row, account, out->arena);

        if (out->window && is_credit(row, ORDER(record)) &&
            put_original(row, ORDER(record), &credits, out->arena)) {
            intake_hold(out, record, row);
            put_credit(record, &credits);
        } else {
            intake_add(out, record, row);
        }
    }
    if (credits.len)
        intake_next(out, arena_format(out->arena, CREDITS "%s %lld %lld\n%s", place->list,
                                      (long long)place->walk, (long long)place->page,
                                      buf_str(&credits)));
}

bool billbee_orders_read(const struct account *account, const struct response *response,
                         const char *cursor, struct intake *out, struct err *err)
{
    struct billbee_place place;
    const struct node *row;

    if (is_about_credits(cursor))
        return read_original(account, response, cursor, out, err);
    if (!out->window && !node_at(response->root, "Paging"))
        return true; /* the original of a credit, staged and read again */
    place = billbee_place(cursor, CHANGED, out->arena);
    if (!billbee_page(&place, response, out, &row, err))
        return false;
    if (!cursor && settings_text(&account->settings, "tag"))
        intake_next(out, WORK);
    read_rows(account, &place, row, out);
    return true;
}
