#include "look.h"

#include "core/text.h"
#include "harness/harness.h"

#include <inttypes.h>

#define KEYS                                                                                       \
    "Authorization: Basic ZGVtby1wdWJsaWM6ZGVtby1zZWNyZXQ=\r\n" /* demo-public:demo-secret */

/* ---- the shop ---- */

/* The element of a list whose member has this value; NULL when there is none. */
static const struct node *find(const struct node *list, const char *member, const char *value)
{
    const struct node *one = node_first(list, NULL);

    while (one && !text_same(node_text(one, member), value))
        one = one->next;
    return one;
}

static const struct node *shop_order(struct world *w, const char *order)
{
    const struct node *found = find(node_at(world_state(w, "afterbuy"), "orders"), "id", order);

    if (!found)
        fail_msg("the shop has no order %s", order);
    return found;
}

const char *shop_says(struct world *w, const char *order, const char *member)
{
    return node_text(shop_order(w, order), member);
}

bool shop_tagged(struct world *w, const char *order, const char *tag)
{
    return find(node_at(shop_order(w, order), "tags"), "", tag);
}

void shop_changes(struct world *w, const char *order, const char *members)
{
    (void)world_control(w, "POST", arena_format(&w->arena, "/afterbuy/orders/%s", order),
                        arena_format(&w->arena, "{%s}", members));
}

void shop_sells(struct world *w, int64_t first, size_t count, const char *members)
{
    AUTO(buf_done) struct buf json = {0};

    buf_char(&json, '[');
    for (size_t i = 0; i < count; i++)
        buf_format(&json, "%s{\"id\":%" PRId64 "%s%s}", i ? "," : "", first + (int64_t)i,
                   *members ? "," : "", members);
    buf_char(&json, ']');
    (void)world_control(w, "POST", "/afterbuy/orders", buf_str(&json));
}

/* ---- Sendcloud ---- */

const struct node *incoming(struct world *w, const char *order)
{
    return find(node_at(world_state(w, "sendcloud"), "incoming"), "order_id", order);
}

const char *incoming_says(struct world *w, const char *order, const char *path)
{
    const struct node *found = incoming(w, order);

    if (!found)
        fail_msg("order %s is not in Sendcloud's list", order);
    return node_text(found, path);
}

static size_t count_of(const struct node *list)
{
    size_t count = 0;

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        count++;
    return count;
}

size_t incoming_count(struct world *w)
{
    return count_of(node_at(world_state(w, "sendcloud"), "incoming"));
}

static int64_t number(const char *text)
{
    return text ? strtoll(text, NULL, 10) : 0;
}

int64_t pushes(struct world *w, const char *order)
{
    return number(node_text(node_at(world_state(w, "sendcloud"), "pushes"), order));
}

void print_label(struct world *w, const char *order, const char *members)
{
    const char *json =
        arena_format(&w->arena, "{\"orders\":[\"%s\"]%s%s}", order, *members ? "," : "", members);

    if (number(node_text(world_control(w, "POST", "/sendcloud/print", json), "parcels")) < 1)
        fail_msg("order %s is not in Sendcloud's list, so no label was printed", order);
}

const char *parcel_says(struct world *w, const char *order, size_t n, const char *member)
{
    const struct node *parcel = node_first(
        world_control(w, "GET",
                      arena_format(&w->arena, "/sendcloud/parcels?order_number=%s", order), NULL),
        NULL);

    for (; n && parcel; n--)
        parcel = parcel->next;
    if (!parcel)
        fail_msg("order %s has fewer parcels", order);
    return node_text(parcel, member);
}

void parcel_moves(struct world *w, const char *order, size_t n, int status, const char *members)
{
    (void)world_control(
        w, "POST", arena_format(&w->arena, "/sendcloud/parcels/%s", parcel_says(w, order, n, "id")),
        arena_format(&w->arena, "{\"status\":%d%s%s}", status, *members ? "," : "", members));
}

void parcel_by_hand(struct world *w, const char *members)
{
    const char *answer;
    int status = world_http(
        w, w->port, "POST", "/api/v2/parcels", KEYS "Content-Type: application/json\r\n",
        arena_format(&w->arena,
                     "{\"parcel\":{\"name\":\"Erika\",\"address\":\"Heidestr.\",\"house_number\":"
                     "\"17\",\"city\":\"Bonn\",\"postal_code\":\"53111\",\"country\":\"DE\","
                     "\"weight\":\"1.000\",\"request_label\":true,\"shipment\":{\"id\":8}%s%s}}",
                     *members ? "," : "", members),
        &answer);

    if (status != 200)
        fail_msg("POST /api/v2/parcels: %d %s", status, answer);
}

/* ---- the sandbox ---- */

void set_switch(struct world *w, const char *name, int value)
{
    (void)world_control(w, "POST", "/switches",
                        arena_format(&w->arena, "{\"%s\":%d}", name, value));
}

void clear_faults(struct world *w)
{
    (void)world_control(w, "DELETE", "/faults", NULL);
}

int64_t faults_played(struct world *w)
{
    return number(node_text(world_control(w, "GET", "/faults", NULL), "total"));
}

int64_t calls_of(struct world *w, const char *system, const char *call)
{
    const struct node *by_call = node_at(world_control(w, "GET", "/counts", NULL),
                                         arena_format(&w->arena, "%s.by_call", system));

    for (const struct node *one = by_call ? by_call->child : NULL; one; one = one->next)
        if (text_same(one->name, call))
            return number(one->text);
    return 0;
}

/* ---- reports and output ---- */

void assert_word(struct world *w, const char *day, const char *file, const char *ref,
                 const char *state, const char *reason)
{
    const char *got_state = world_cell(w, day, file, ref, "state");
    const char *got_reason = world_cell(w, day, file, ref, "reason");

    if (!text_same(got_state, state) || !text_same(got_reason, reason))
        fail_msg("%s/%s, %s: %s %s instead of %s %s", day, file, ref,
                 got_state ? got_state : "no row", got_reason ? got_reason : "", state, reason);
}

void assert_told(const struct world *w, const char *words)
{
    if (!strstr(w->output, words))
        fail_msg("'%s' was not told:\n%s", words, w->output);
}

void assert_not_told(const struct world *w, const char *words)
{
    if (strstr(w->output, words))
        fail_msg("'%s' was told:\n%s", words, w->output);
}
