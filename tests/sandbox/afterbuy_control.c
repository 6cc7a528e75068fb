/* The controls of the Afterbuy simulator. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/control.h"

static void control_error(struct call *c, const char *what, const json_t *said)
{
    char *s = json_dumps(said, JSON_COMPACT | JSON_ENCODE_ANY);
    struct text t = {0};

    text_fmt(&t, "%s: %.400s", what, s ? s : "");
    control_answer(c, false, t.s);
    text_done(&t);
    free(s);
}

static void add_orders(struct call *c, struct ab_account *a, const json_t *said)
{
    size_t n = json_array_size(said);

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(said, i), *id = json_object_get(one, "id");
        struct ab_order *o;

        o = ab_order_default(a, json_is_integer(id) ? json_integer_value(id) : a->next_order_id,
                             clock_local());
        if (!ab_order_apply(a, o, one)) {
            ab_order_free(o);
            control_error(c, "not understood", one);
            return;
        }
        ab_order_put(a, o);
    }
    call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "orders", (json_int_t)n));
}

/* Unlike adding, a change counts as a modification at the present time, unless it says when. */
static void patch_order(struct call *c, struct ab_account *a, const char *id, const json_t *said)
{
    int64_t number = 0;
    struct ab_order *o = int_of(id, &number) ? ab_order_find(a, number) : NULL;
    struct ab_order *copy = o ? ab_order_copy(o) : NULL;

    if (!copy) {
        control_answer(c, false, "no such order");
        return;
    }
    if (!json_object_get(said, "at"))
        ab_order_touch(copy);
    if (!ab_order_apply(a, copy, said)) {
        ab_order_free(copy);
        control_error(c, "not understood", said);
        return;
    }
    ab_order_put(a, copy);
    control_answer(c, true, NULL);
}

static void add_products(struct call *c, struct ab_account *a, const json_t *said)
{
    struct text now = {0};
    size_t n = json_array_size(said);
    bool fine = true;

    text_german(&now, clock_local());
    for (size_t i = 0; i < n && fine; i++) {
        const json_t *one = json_array_get(said, i);
        int64_t id = json_integer_value(json_object_get(one, "id"));
        struct ab_product *p = ab_product_find(a, id), *new = p ? p : mem_need(sizeof *new);

        new->id = id;
        bag_set(&new->fields, AF_P_MOD_DATE, now.s);
        fine = ab_product_apply(new, one);
        if (!p)
            ab_product_put(a, new);
        if (!fine)
            control_error(c, "not understood", one);
    }
    text_done(&now);
    if (fine)
        call_answer_json(c, 200, json_pack("{s:b,s:I}", "ok", 1, "products", (json_int_t)n));
}

static void set_tags(struct call *c, struct ab_account *a, const json_t *said)
{
    ab_tags_set(a, said);
    control_answer(c, true, NULL);
}

bool ab_control(struct call *c, const char *path, const json_t *said)
{
    struct ab_account *a = ab_account_by_name(call_query(c, "account"));
    struct path_parts parts;

    if (!a || c->method != METHOD_POST)
        return false;
    if (same_text(path, "orders"))
        add_orders(c, a, said);
    else if (path_matches(path, "orders/{id}", &parts))
        patch_order(c, a, parts.part[0], said);
    else if (same_text(path, "products"))
        add_products(c, a, said);
    else if (same_text(path, "tags"))
        set_tags(c, a, said);
    else
        return false;
    return true;
}
