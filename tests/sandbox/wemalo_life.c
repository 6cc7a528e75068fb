/* The warehouse at work: stock, and the way of an order from the shelf to the lorry. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/wemalo.h"

static const int64_t RECHECK_MS = 1800000, DAY_MS = 86400000, FALL_BACK_MS = 900000;

struct status_row {
    const char *name, *id;
};

/* Only 100 and 500 are known; the others are ours. */
static const struct status_row statuses[WM_STATUSES] = {
    [WM_PARTIAL] = {"PARTIAL", "100"},
    [WM_OPEN] = {"OPEN", "150"},
    [WM_INPROCESS] = {"INPROCESS", "200"},
    [WM_INPICKING] = {"INPICKING", "250"},
    [WM_READYFORSHIPMENT] = {"READYFORSHIPMENT", "300"},
    [WM_BLOCKEDPACKED] = {"BLOCKEDPACKED", "350"},
    [WM_PACKED] = {"PACKED", "400"},
    [WM_SHIPPED] = {"SHIPPED", "500"},
    [WM_CANCELLED] = {"CANCELLED", "900"},
};

const char *wm_status_name(enum wm_status status)
{
    return statuses[status].name;
}

const char *wm_status_id(enum wm_status status)
{
    return statuses[status].id;
}

enum wm_status wm_status_of(const char *name)
{
    int i = 0;

    while (i < WM_STATUSES && !same_text(statuses[i].name, name))
        i++;
    return (enum wm_status)i;
}

bool wm_order_open(const struct wm_order *o)
{
    enum wm_status border = wm_status_of(switch_words(SWITCH_WM_BORDER));

    return o->status < (border < WM_PACKED ? border : WM_INPROCESS);
}

/* ---- what is due ---- */

static void due_swap(struct wm_due *x, struct wm_due *y)
{
    struct wm_due z = *x;

    *x = *y;
    *y = z;
}

/* Equal moments go by position, so that the order of events is always the same. */
static bool due_before(const struct wm_due *x, const struct wm_due *y)
{
    return x->due_ms != y->due_ms ? x->due_ms < y->due_ms : x->order < y->order;
}

static void due_push(struct wm_account *a, struct wm_due d)
{
    size_t i = a->due_count;

    if (a->due_count == a->due_max) {
        a->due_max = a->due_max ? a->due_max * 2 : 256;
        a->due = mem_grow(a->due, a->due_max * sizeof *a->due);
    }
    a->due[a->due_count++] = d;
    for (; i && due_before(&a->due[i], &a->due[(i - 1) / 2]); i = (i - 1) / 2)
        due_swap(&a->due[i], &a->due[(i - 1) / 2]);
}

static void due_pop(struct wm_account *a)
{
    size_t i = 0;

    a->due[0] = a->due[--a->due_count];
    for (;;) {
        size_t least = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < a->due_count; child++) {
            if (due_before(&a->due[child], &a->due[least]))
                least = child;
        }
        if (least == i)
            return;
        due_swap(&a->due[i], &a->due[least]);
        i = least;
    }
}

/* What stood in the heap before is recognised by its moment, and dropped when it comes up. */
void wm_set_due(struct wm_account *a, struct wm_order *o, int64_t due_ms)
{
    o->due_ms = due_ms;
    if (due_ms != INT64_MAX)
        due_push(a, (struct wm_due){due_ms, wm_order_position(a, o)});
}

/* Between half and one and a half of what the switch says, by order and step. */
static void due_after(struct wm_account *a, struct wm_order *o, int64_t from_ms,
                      enum switch_number which)
{
    int64_t delay_s = switch_int(which);
    uint64_t chance = hash_mix(o->seed + (uint64_t)o->status + 1);

    if (delay_s < 0)
        wm_set_due(a, o, INT64_MAX);
    else
        wm_set_due(a, o,
                   from_ms + delay_s * 500 + (int64_t)(chance % (uint64_t)(delay_s * 1000 + 1)));
}

/* ---- stock ---- */

int64_t wm_available(const struct wm_account *a, uint32_t article)
{
    const struct wm_article *x = a->articles[article];
    int64_t sets = INT64_MAX;

    if (!x->part_count)
        return x->stock - x->reserved;
    for (size_t i = 0; i < x->part_count; i++) {
        int64_t n = wm_available(a, x->parts[i].article) / x->parts[i].quantity;

        sets = n < sets ? n : sets;
    }
    return sets;
}

void wm_stock_move(struct wm_account *a, uint32_t article, int64_t quantity, int64_t at_ms)
{
    a->articles[article]->stock += quantity;
    a->articles[article]->stock_ms = at_ms;
}

/* The things that an order takes off the shelves, sets resolved; the caller frees them. */
static struct wm_item *items_of(const struct wm_account *a, const struct wm_order *o, size_t *count)
{
    struct wm_item *items = NULL;
    size_t n = 0;

    for (size_t i = 0; i < o->position_count; i++) {
        const struct wm_position *p = &o->positions[i];
        const struct wm_article *x = a->articles[p->article];
        struct wm_item plain = {p->article, WM_NONE, p->quantity, p->serial};

        if (x->ignored)
            continue;
        items = mem_grow(items, (n + x->part_count + 1) * sizeof *items);
        if (!x->part_count)
            items[n++] = plain;
        for (size_t k = 0; k < x->part_count; k++)
            items[n++] = (struct wm_item){x->parts[k].article, p->article,
                                          p->quantity * x->parts[k].quantity, NULL};
    }
    *count = n;
    return items;
}

/* Reserves all or nothing. */
static bool reserve(struct wm_account *a, struct wm_order *o)
{
    size_t n, fine = 0;
    struct wm_item *items = items_of(a, o, &n);

    while (fine < n) {
        struct wm_article *x = a->articles[items[fine].article];

        if (x->inactive || x->stock - x->reserved < items[fine].quantity)
            break;
        x->reserved += items[fine++].quantity;
    }
    o->reserved = fine == n;
    for (size_t i = 0; i < fine; i++) {
        struct wm_article *x = a->articles[items[i].article];

        if (o->reserved)
            x->stock_ms = clock_ms();
        else
            x->reserved -= items[i].quantity;
    }
    free(items);
    return o->reserved;
}

void wm_release(struct wm_account *a, struct wm_order *o)
{
    size_t n;
    struct wm_item *items;

    if (!o->reserved)
        return;
    items = items_of(a, o, &n);
    for (size_t i = 0; i < n; i++) {
        a->articles[items[i].article]->reserved -= items[i].quantity;
        a->articles[items[i].article]->stock_ms = clock_ms();
    }
    free(items);
    o->reserved = false;
}

/* ---- steps ---- */

static void status_put(struct wm_account *a, struct wm_order *o, enum wm_status status)
{
    o->status = status;
    if (status != WM_PARTIAL)
        o->reason = "";
    if (!wm_hook_wanted(a, WM_STATUS_UPDATE))
        return;
    wm_hook_event(a, WM_STATUS_UPDATE,
                  json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "orderId", (json_int_t)o->id, "externalId",
                            o->external_id, "orderNumber", o->order_number, "statusName",
                            wm_status_name(status), "blockReason",
                            o->block_reason ? o->block_reason : "", "reasonPartiallyReserved",
                            o->reason));
}

/* One order in eight is put aside when it comes for the first time. */
static bool puzzles(const struct wm_order *o)
{
    return switch_on(SWITCH_WM_VARIETY) && o->seed >> 8 & 1 && o->seed >> 9 & 1 &&
           o->seed >> 10 & 1;
}

void wm_receive(struct wm_account *a, struct wm_order *o)
{
    int64_t now = clock_ms();

    if (o->wait_until_ms > now)
        o->reason = "DELIVERY_DATE";
    else if (!o->looked && puzzles(o))
        o->reason = "UNKNOWN";
    else
        o->reason = reserve(a, o) ? "" : "MISSING_ARTICLES";
    o->looked = true;
    if (!*o->reason) {
        status_put(a, o, WM_OPEN);
        due_after(a, o, now, SWITCH_WM_WORK_S);
        return;
    }
    status_put(a, o, WM_PARTIAL);
    wm_set_due(a, o, o->wait_until_ms > now ? o->wait_until_ms : now + RECHECK_MS);
}

/* Looks again, from the present moment: what waits for stock waits long. */
static void recheck(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    int64_t now = clock_ms();

    if (o->wait_until_ms > at_ms) {
        wm_set_due(a, o, o->wait_until_ms);
    } else if (reserve(a, o)) {
        status_put(a, o, WM_OPEN);
        due_after(a, o, at_ms, SWITCH_WM_WORK_S);
    } else {
        o->reason = "MISSING_ARTICLES";
        wm_set_due(a, o, now + RECHECK_MS);
    }
}

bool wm_cancel(struct wm_account *a, struct wm_order *o)
{
    if (!wm_order_open(o))
        return false;
    wm_release(a, o);
    wm_set_due(a, o, INT64_MAX);
    status_put(a, o, WM_CANCELLED);
    return true;
}

void wm_cancel_for_now(struct wm_account *a, struct wm_order *o)
{
    o->reject_later = wm_cancel(a, o);
    if (o->reject_later)
        wm_set_due(a, o, clock_ms() + FALL_BACK_MS);
}

/* ---- packing ---- */

static const struct wm_profile *profile_of(const struct wm_account *a, const json_t *meta)
{
    const char *match = json_string_value(json_object_get(meta, "dispatcherProfile"));
    const json_t *receiver = json_array_get(json_object_get(meta, "receiver"), 0);
    const char *country = json_string_value(json_object_get(receiver, "countryCode2Letter"));
    const struct wm_profile *p = wm_profile_by_match(a, match);

    return p ? p : wm_profile_by_match(a, same_text(country, "DE") ? "dhl" : "intl");
}

/* How an order leaves, by chance of its external id. */
enum habit { HABIT_PLAIN, HABIT_TWO, HABIT_TWO_DAYS, HABIT_LETTER, HABIT_BLOCKED };

static enum habit habit_of(const struct wm_order *o)
{
    static const enum habit habits[16] = {[0] = HABIT_TWO,
                                          [1] = HABIT_TWO,
                                          [2] = HABIT_TWO_DAYS,
                                          [3] = HABIT_LETTER,
                                          [4] = HABIT_BLOCKED};

    return switch_on(SWITCH_WM_VARIETY) ? habits[o->seed % 16] : HABIT_PLAIN;
}

static char *tracking_of(const struct wm_order *o, const struct wm_profile *p, size_t n)
{
    const json_t *wish = json_array_get(json_object_get(o->wish, "tracking"), n);
    uint64_t number = hash_mix(o->seed + 1000 + n);
    struct text t = {0};

    if (json_is_string(wish))
        return mem_copy(json_string_value(wish));
    if (habit_of(o) == HABIT_LETTER || same_text(p->product, "10247"))
        return mem_copy("");
    text_str(&t, same_text(p->carrier, "DHL") ? "003404" : "0150");
    text_digits(&t, (int64_t)(number % 100000000000000u), 14);
    return text_take(&t);
}

static void item_add(struct wm_parcel *p, struct wm_item item)
{
    p->items = mem_grow(p->items, (p->item_count + 1) * sizeof *p->items);
    p->items[p->item_count++] = item;
}

static size_t parcels_wanted(const struct wm_order *o, int64_t pieces)
{
    const json_t *wish = json_object_get(o->wish, "parcels");
    enum habit habit = habit_of(o);
    int64_t n = habit == HABIT_TWO || habit == HABIT_TWO_DAYS ? 2 : 1;

    n = json_is_integer(wish) ? json_integer_value(wish) : n;
    n = n > pieces ? pieces : n;
    return n < 1 ? 1 : (size_t)n;
}

/* Deals the things out: whole rows while there are enough of them, else single pieces. */
static void deal(struct wm_account *a, struct wm_order *o, const struct wm_item *items, size_t n)
{
    size_t count = o->parcel_count, turn = 0;

    for (size_t i = 0; i < n; i++) {
        struct wm_item item = items[i];
        bool last = i + 1 == n;

        while (last && turn + 1 < count && item.quantity > 1) {
            struct wm_item piece = item;

            piece.quantity = 1;
            item.quantity--;
            item_add(a->parcels[o->parcels[turn++]], piece);
        }
        item_add(a->parcels[o->parcels[turn % count]], item);
        turn++;
    }
}

static void book_parcel(struct wm_account *a, uint32_t at, enum wm_reason reason, int64_t at_ms)
{
    const struct wm_parcel *p = a->parcels[at];

    for (size_t i = 0; i < p->item_count; i++)
        wm_book(a, (struct wm_booking){.at_ms = at_ms,
                                       .order = p->order,
                                       .parcel = at,
                                       .article = p->items[i].article,
                                       .parent = p->items[i].parent,
                                       .quantity = p->items[i].quantity,
                                       .serial = p->items[i].serial,
                                       .reason = reason});
}

static void parcels_make(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    size_t n, count;
    struct wm_item *items = items_of(a, o, &n);
    const struct wm_profile *profile;
    json_t *meta = wm_compact(o->meta);
    int64_t pieces = (int64_t)n;

    profile = profile_of(a, meta);
    if (n)
        pieces += items[n - 1].quantity - 1;
    count = parcels_wanted(o, pieces);
    for (size_t i = 0; i < count; i++) {
        struct wm_parcel *p = wm_parcel_new(a, wm_order_position(a, o));

        p->profile = profile;
        p->tracking = tracking_of(o, profile, i);
        p->packed_ms = at_ms;
    }
    deal(a, o, items, n);
    for (size_t i = 0; i < count; i++) {
        book_parcel(a, o->parcels[i], WM_PACK_PARCEL, at_ms);
        if (!wm_hook_wanted(a, WM_TRACKING_ADDED))
            continue;
        wm_hook_event(a, WM_TRACKING_ADDED,
                      json_pack("{s:I,s:I,s:s}", "goodsOrderId", (json_int_t)o->id,
                                "goodsOrderParcelId", (json_int_t)a->parcels[o->parcels[i]]->id,
                                "goodsOrderExternalId", o->external_id));
    }
    json_decref(meta);
    free(items);
}

static void block(struct wm_order *o, const char *why)
{
    free(o->block_reason);
    o->block_reason = mem_copy(why);
}

static void pack(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    bool failed = habit_of(o) == HABIT_BLOCKED;

    parcels_make(a, o, at_ms);
    if (!o->blocked && !failed) {
        status_put(a, o, WM_PACKED);
        due_after(a, o, at_ms, SWITCH_WM_SHIP_S);
        return;
    }
    block(o, o->blocked ? "BLOCKED" : "LABEL_FAILED");
    status_put(a, o, WM_BLOCKEDPACKED);
    if (o->blocked)
        wm_set_due(a, o, INT64_MAX);
    else
        due_after(a, o, at_ms, SWITCH_WM_PACK_S);
}

/* ---- shipping ---- */

bool wm_hand_over(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    size_t i = 0;
    struct wm_parcel *p;

    while (i < o->parcel_count && a->parcels[o->parcels[i]]->handed_ms)
        i++;
    if (i == o->parcel_count)
        return false;
    p = a->parcels[o->parcels[i]];
    p->handed_ms = at_ms;
    book_parcel(a, o->parcels[i], WM_SENT, at_ms);
    for (size_t k = 0; k < p->item_count; k++) {
        struct wm_article *x = a->articles[p->items[k].article];

        x->stock -= p->items[k].quantity;
        x->reserved -= o->reserved ? p->items[k].quantity : 0;
    }
    return true;
}

static void ship(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    bool first = !o->parcel_count || !a->parcels[o->parcels[0]]->handed_ms;
    bool more = wm_hand_over(a, o, at_ms);

    if (first && o->parcel_count > 1 && habit_of(o) == HABIT_TWO_DAYS) {
        wm_set_due(a, o, at_ms + DAY_MS);
        return;
    }
    while (more)
        more = wm_hand_over(a, o, at_ms);
    o->reserved = false;
    o->shipped_ms = at_ms;
    wm_set_due(a, o, INT64_MAX);
    status_put(a, o, WM_SHIPPED);
}

/* ---- the clock ---- */

static void step(struct wm_account *a, struct wm_order *o, int64_t at_ms)
{
    switch (o->status) {
    case WM_PARTIAL:
        recheck(a, o, at_ms);
        break;
    case WM_OPEN:
        status_put(a, o, WM_INPROCESS);
        due_after(a, o, at_ms, SWITCH_WM_PICK_S);
        break;
    case WM_INPROCESS:
        status_put(a, o, WM_INPICKING);
        due_after(a, o, at_ms, SWITCH_WM_PICK_S);
        break;
    case WM_INPICKING:
        status_put(a, o, WM_READYFORSHIPMENT);
        due_after(a, o, at_ms, SWITCH_WM_PACK_S);
        break;
    case WM_READYFORSHIPMENT:
        pack(a, o, at_ms);
        break;
    case WM_BLOCKEDPACKED:
        block(o, NULL);
        status_put(a, o, WM_PACKED);
        due_after(a, o, at_ms, SWITCH_WM_SHIP_S);
        break;
    case WM_PACKED:
        ship(a, o, at_ms);
        break;
    case WM_CANCELLED:
        if (o->reject_later)
            wm_receive(a, o);
        o->reject_later = false;
        break;
    case WM_SHIPPED:
    case WM_STATUSES:
        break;
    }
}

void wm_age(struct wm_account *a)
{
    int64_t now = clock_ms();

    wm_hooks_look(a);
    while (a->due_count && a->due[0].due_ms <= now) {
        struct wm_due d = a->due[0];
        struct wm_order *o = a->orders[d.order];

        due_pop(a);
        if (o->due_ms != d.due_ms)
            continue;
        o->due_ms = INT64_MAX;
        step(a, o, d.due_ms);
    }
}

/* Back to the shelf, by hand. */
static void force_back(struct wm_account *a, struct wm_order *o, enum wm_status wanted)
{
    if (wanted == WM_PARTIAL) {
        wm_release(a, o);
        wm_set_due(a, o, clock_ms() + RECHECK_MS);
    }
    status_put(a, o, wanted);
    if (wanted != WM_PARTIAL)
        due_after(a, o, clock_ms(), SWITCH_WM_WORK_S);
}

bool wm_force(struct wm_account *a, struct wm_order *o, enum wm_status wanted)
{
    int64_t now = clock_ms();

    if (wanted == o->status)
        return true;
    if (wanted == WM_STATUSES || o->status >= WM_SHIPPED || (wanted < o->status && o->parcel_count))
        return false;
    if (wanted == WM_CANCELLED) {
        wm_release(a, o);
        wm_set_due(a, o, INT64_MAX);
        status_put(a, o, WM_CANCELLED);
        return true;
    }
    if (wanted < o->status) {
        force_back(a, o, wanted);
        return true;
    }
    o->blocked = o->blocked || wanted == WM_BLOCKEDPACKED;
    if (o->status == WM_PARTIAL) {
        o->wait_until_ms = 0;
        (void)reserve(a, o);
        status_put(a, o, WM_OPEN);
        due_after(a, o, now, SWITCH_WM_WORK_S);
    }
    while (o->status < wanted)
        step(a, o, now);
    return true;
}
