#include "backend.h"

#include "core/decimal.h"
#include "core/text.h"
#include "harness/harness.h"

#define PLACES 6

static struct world world;

static int open_with(void **state, const char *api)
{
    world_open(&world, NOW);
    (void)snprintf(world.api, sizeof world.api, "%s", api);
    world_configure(&world, NULL, NULL, NULL, NULL);
    *state = &world;
    return 0;
}

int open_v2(void **state)
{
    return open_with(state, "v2-integration");
}

int open_v3(void **state)
{
    return open_with(state, "v3-orders");
}

int close_world(void **state)
{
    world_close(*state);
    return 0;
}

bool is_v3(const struct world *w)
{
    return text_same(w->api, "v3-orders");
}

/* ---- one order, two APIs ---- */

/* Where a field stands in each. */
struct place {
    const char *field, *v2, *v3;
    bool number;
};

static const struct place of_order[] = {
    {"name", "name", "shipping_address.name", false},
    {"company", "company_name", "shipping_address.company_name", false},
    {"street", "address", "shipping_address.address_line_1", false},
    {"house_number", "house_number", "shipping_address.house_number", false},
    {"extra", "address_2", "shipping_address.address_line_2", false},
    {"postcode", "postal_code", "shipping_address.postal_code", false},
    {"city", "city", "shipping_address.city", false},
    {"state", "to_state", "shipping_address.state_province_code", false},
    {"country", "country", "shipping_address.country_code", false},
    {"phone", "telephone", "shipping_address.phone_number", false},
    {"email", "email", "shipping_address.email", false},
    {"post_number", "to_post_number", "shipping_address.po_box", false},
    {"currency", "currency", "payment_details.total_price.currency", false},
    {"total", "total_order_value", "payment_details.total_price.value", true},
    {"weight", "weight", "shipping_details.measurement.weight.value", true},
    {"invoice", "customs_invoice_nr", "customs_details.commercial_invoice_number", false},
    {"content", "customs_shipment_type", "customs_details.shipment_type", false},
    {"label", "shipping_method_checkout_name", "shipping_details.delivery_indicator", false},
};

static const struct place of_line[] = {
    {"title", "description", "name", false},
    {"quantity", "quantity", "quantity", true},
    {"price", "value", "unit_price.value", true},
    {"weight", "weight", "measurement.weight.value", true},
    {"hs_code", "hs_code", "hs_code", false},
    {"origin", "origin_country", "country_of_origin", false},
    {"sku", "sku", "sku", false},
};

static const struct place *place_of(const struct place *places, size_t len, const char *field)
{
    for (size_t i = 0; i < len; i++)
        if (text_same(places[i].field, field))
            return &places[i];
    fail_msg("backend.h knows no field '%s'", field);
    return places;
}

/* v2 says contents by number. */
static const char *content_word(const char *text)
{
    static const char *const words[] = {"gift", "documents", "commercial_goods",
                                        "commercial_sample", "returned_goods"};

    return text && *text >= '0' && *text <= '4' && !text[1] ? words[*text - '0'] : text;
}

static const char *read_place(const struct world *w, const struct node *body,
                              const struct place *place)
{
    const char *text = node_text(body, is_v3(w) ? place->v3 : place->v2);

    if (text_same(place->field, "content"))
        text = content_word(text);
    return text_is_empty(text) ? NULL : text;
}

static const struct node *body_of(struct world *w, const char *order)
{
    const struct node *body = node_at(incoming(w, order), "body");

    if (!body)
        fail_msg("order %s is not in Sendcloud's list", order);
    return body;
}

static const struct node *lines_of(struct world *w, const char *order)
{
    return node_at(body_of(w, order), is_v3(w) ? "order_details.order_items" : "parcel_items");
}

const char *pushed(struct world *w, const char *order, const char *field)
{
    return read_place(w, body_of(w, order), place_of(of_order, ARRAY_LEN(of_order), field));
}

const char *pushed_line(struct world *w, const char *order, size_t n, const char *field)
{
    const struct node *line = node_first(lines_of(w, order), NULL);

    for (; n && line; n--)
        line = line->next;
    if (!line)
        fail_msg("order %s has fewer lines", order);
    return read_place(w, line, place_of(of_line, ARRAY_LEN(of_line), field));
}

size_t pushed_lines(struct world *w, const char *order)
{
    size_t count = 0;

    for (const struct node *one = node_first(lines_of(w, order), NULL); one; one = one->next)
        count++;
    return count;
}

static bool same_number(const char *a, const char *b)
{
    int64_t x, y;
    struct err err;

    return a && b && decimal_parse(a, PLACES, &x, &err) && decimal_parse(b, PLACES, &y, &err) &&
           x == y;
}

static void assert_same(const char *order, const char *field, bool number, const char *got,
                        const char *wanted)
{
    if (!(number && wanted ? same_number(got, wanted) : text_same(got, wanted)))
        fail_msg("order %s, %s: '%s' instead of '%s'", order, field, got ? got : "(nothing)",
                 wanted ? wanted : "(nothing)");
}

void assert_pushed(struct world *w, const char *order, const char *field, const char *wanted)
{
    assert_same(order, field, place_of(of_order, ARRAY_LEN(of_order), field)->number,
                pushed(w, order, field), wanted);
}

void assert_line(struct world *w, const char *order, size_t n, const char *field,
                 const char *wanted)
{
    assert_same(order, field, place_of(of_line, ARRAY_LEN(of_line), field)->number,
                pushed_line(w, order, n, field), wanted);
}

/* ---- calls and reports ---- */

int64_t push_calls(struct world *w)
{
    return calls_of(w, "sendcloud",
                    is_v3(w) ? "POST /v3/orders" : "POST /integrations/{id}/shipments");
}

void assert_noted(struct world *w, const char *order, const char *note)
{
    const char *notes = world_cell(w, TODAY, ORDERS_CSV, order, "notes");

    if (note ? !notes || !strstr(notes, note) : !text_is_empty(notes))
        fail_msg("order %s has the notes '%s' instead of '%s'", order, notes ? notes : "(no row)",
                 note ? note : "");
}

void assert_cell(struct world *w, const char *order, const char *column, const char *wanted)
{
    const char *got = world_cell(w, TODAY, ORDERS_CSV, order, column);

    if (!got || !text_same(got, wanted ? wanted : ""))
        fail_msg("order %s: the report's %s is '%s' instead of '%s'", order, column,
                 got ? got : "(no row)", wanted ? wanted : "");
}

void end_quietly(struct world *w)
{
    world_assert_balanced(w);
    world_assert_quiet(w);
}
