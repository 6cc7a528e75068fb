#include "depot.h"

#include "core/text.h"
#include "harness/harness.h"

static struct world world;

int depot_open(void **state)
{
    warehouse_open(&world, DEPOT_NOW);
    set_switch(&world, "wemalo.variety", 0);
    set_switch(&world, "wemalo.work_s", -1);
    *state = &world;
    return 0;
}

int depot_close(void **state)
{
    world_close(*state);
    return 0;
}

int run_a_minute_later(struct world *w)
{
    world_pass(w, 60);
    return world_run(w, "run", NULL);
}

int run_later(struct world *w)
{
    world_pass(w, HOUR);
    return world_run(w, "run", NULL);
}

void depot_ends_quietly(struct world *w)
{
    world_assert_balanced(w);
    (void)run_later(w);
    world_pass(w, HOUR);
    world_assert_quiet(w);
}

/* ---- finding ---- */

/* The last element of a list whose member has this value; NULL when there is none. */
static const struct node *find(const struct node *list, const char *member, const char *value)
{
    const struct node *found = NULL;

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        if (text_same(node_text(one, member), value))
            found = one;
    return found;
}

static size_t length_of(const struct node *list)
{
    size_t length = 0;

    for (const struct node *one = node_first(list, NULL); one; one = one->next)
        length++;
    return length;
}

static const struct node *nth(const struct node *list, size_t n)
{
    const struct node *one = node_first(list, NULL);

    for (; n && one; n--)
        one = one->next;
    if (!one)
        fail_msg("the list is shorter");
    return one;
}

static int64_t number(const char *text)
{
    return text ? strtoll(text, NULL, 10) : 0;
}

/* ---- the merchant ---- */

static const char *first_id(const struct node *answer)
{
    return node_text(node_first(node_at(answer, "ids"), NULL), "");
}

const char *sold(struct world *w, const char *members)
{
    return first_id(
        world_control(w, "POST", "/billbee/orders", arena_format(&w->arena, "[{%s}]", members)));
}

const char *merchant(struct world *w, const char *order, const char *members)
{
    return node_text(world_control(w, "POST", arena_format(&w->arena, "/billbee/orders/%s", order),
                                   arena_format(&w->arena, "{%s}", members)),
                     "id");
}

const char *goods(struct world *w, const char *members)
{
    return first_id(
        world_control(w, "POST", "/billbee/products", arena_format(&w->arena, "[{%s}]", members)));
}

static const struct node *at_shop(struct world *w, const char *order)
{
    const struct node *found = find(node_at(world_state(w, "billbee"), "orders"), "id", order);

    if (!found)
        fail_msg("the shop has no order %s", order);
    return found;
}

int64_t shop_state(struct world *w, const char *order)
{
    return number(node_text(at_shop(w, order), "state"));
}

bool shop_has_tag(struct world *w, const char *order, const char *tag)
{
    return find(node_at(at_shop(w, order), "tags"), "", tag);
}

size_t shop_tags(struct world *w, const char *order)
{
    return length_of(node_at(at_shop(w, order), "tags"));
}

size_t shop_numbers(struct world *w, const char *order)
{
    return length_of(node_at(at_shop(w, order), "shipments"));
}

size_t shop_numbers_told(struct world *w, const char *order)
{
    size_t told = 0;

    for (const struct node *one = node_first(node_at(at_shop(w, order), "shipments"), NULL); one;
         one = one->next)
        told += text_same(node_text(one, "marketplace_knows"), "true");
    return told;
}

bool shop_has_number(struct world *w, const char *order, const char *tracking)
{
    return find(node_at(at_shop(w, order), "shipments"), "number", tracking);
}

const char *shop_number_says(struct world *w, const char *order, const char *tracking,
                             const char *member)
{
    const struct node *found = find(node_at(at_shop(w, order), "shipments"), "number", tracking);

    if (!found)
        fail_msg("order %s has no number %s", order, tracking);
    return node_text(found, member);
}

/* ---- the warehouse ---- */

const struct node *depot_order(struct world *w, const char *order)
{
    return find(node_at(world_state(w, "wemalo"), "orders"), "externalId", order);
}

static const struct node *at_depot(struct world *w, const char *order)
{
    const struct node *found = depot_order(w, order);

    if (!found)
        fail_msg("the warehouse has no order %s", order);
    return found;
}

const char *depot_status(struct world *w, const char *order)
{
    return node_text(at_depot(w, order), "status");
}

int64_t depot_pushes(struct world *w, const char *order)
{
    return number(node_text(node_at(world_state(w, "wemalo"), "pushes"), order));
}

void depot_moves(struct world *w, const char *order, const char *status)
{
    (void)world_control(w, "POST", arena_format(&w->arena, "/wemalo/orders/%s", order),
                        arena_format(&w->arena, "{\"status\":\"%s\",\"hold\":true}", status));
}

void depot_ships(struct world *w, const char *order, const char *members)
{
    const struct node *answer = world_control(
        w, "POST", "/wemalo/ship",
        arena_format(&w->arena, "{\"orders\":[\"%s\"]%s%s}", order, *members ? "," : "", members));

    assert_string_equal(node_text(answer, "orders"), "1");
}

const char *depot_number(struct world *w, const char *order, size_t n)
{
    return node_text(nth(node_at(at_depot(w, order), "parcels"), n), "trackingNumber");
}

const char *depot_line(struct world *w, const char *order, size_t n, const char *member)
{
    return node_text(nth(node_at(at_depot(w, order), "positions"), n), member);
}

int64_t depot_total_cents(struct world *w, const char *order)
{
    int64_t sum = 0;

    for (const struct node *one = node_first(node_at(at_depot(w, order), "positions"), NULL); one;
         one = one->next)
        sum += number(node_text(one, "total"));
    return sum;
}

size_t depot_lines(struct world *w, const char *order)
{
    return length_of(node_at(at_depot(w, order), "positions"));
}

const struct node *depot_article(struct world *w, const char *article)
{
    return find(node_at(world_state(w, "wemalo"), "articles"), "externalId", article);
}

/* ---- reports ---- */

void assert_row(struct world *w, const char *file, const char *ref, const char *state,
                const char *reason)
{
    assert_word(w, DEPOT_DAY, file, ref, state, reason);
}

const char *depot_cell(struct world *w, const char *file, const char *ref, const char *column)
{
    return world_cell(w, DEPOT_DAY, file, ref, column);
}
