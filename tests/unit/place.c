#include "unit/place.h"

#include "harness/folder.h"

int place_open(void **state)
{
    struct place *place = heap_resize(NULL, sizeof *place);
    const char *parent = getenv("TMPDIR");
    struct err err = {0};

    *place = (struct place){0};
    (void)snprintf(place->folder, sizeof place->folder, "%s/tagwerk-XXXXXX",
                   parent ? parent : "/tmp");
    assert_non_null(mkdtemp(place->folder));
    assert_true(path_join(place->path, &err, place->folder, "ledger.db", NULL));
    if (!ledger_open(place->path, &place->ledger, &err))
        fail_msg("%s", err.text);
    *state = place;
    return 0;
}

int place_close(void **state)
{
    struct place *place = *state;

    ledger_close(place->ledger);
    tree_remove(place->folder);
    arena_done(&place->arena);
    heap_free(place);
    return 0;
}

void place_shut(struct place *place)
{
    ledger_close(place->ledger);
    place->ledger = NULL;
}

void place_reopen(struct place *place)
{
    struct err err = {0};

    place_shut(place);
    if (!ledger_open(place->path, &place->ledger, &err))
        fail_msg("%s", err.text);
}

struct err why;

void must_be(bool good, const char *call)
{
    if (!good)
        fail_msg("%s: %s", call, why.text);
}

struct ledger_row place_row(const char *ref)
{
    return (struct ledger_row){
        .route = "shop-parcels",
        .kind = KIND_ORDERS,
        .ref = ref,
        .order_ref = ref,
        .day = DAY,
        .run = "run-1",
        .state = STATE_WAITING,
        .revised_utc = UNSAID,
        .found_utc = 1717400000,
        .found_run = "run-1",
        .sent_utc = UNSAID,
        .settled_utc = UNSAID,
        .items = UNSAID,
        .weight_g = UNSAID,
        .total_e4 = UNSAID,
    };
}

void place_put(struct place *place, const struct ledger_row *row)
{
    must(ledger_put(place->ledger, row, &why));
}

void place_put_order(struct place *place, const char *ref, enum effect effect)
{
    struct ledger_row row = place_row(ref);

    row.effect = effect;
    place_put(place, &row);
}

bool place_get(struct place *place, enum kind kind, const char *ref, struct ledger_row *out)
{
    bool found = false;

    must(ledger_get(place->ledger, "shop-parcels", kind, ref, &place->arena, out, &found, &why));
    return found;
}

bool place_has(struct place *place, const char *ref)
{
    struct ledger_row row;

    return place_get(place, KIND_ORDERS, ref, &row);
}

void place_commit(struct place *place)
{
    must(ledger_commit(place->ledger, &why));
}

const char *place_refs(struct place *place, const struct ledger_row *rows, size_t count)
{
    const char *refs = "";

    for (size_t i = 0; i < count; i++)
        refs = arena_format(&place->arena, "%s%s%s", refs, i ? " " : "", rows[i].ref);
    return refs;
}

struct article place_cup(const char *ref, const char *sku)
{
    struct article cup = {.head = {.kind = KIND_ARTICLES, .ref = ref},
                          .sku = sku,
                          .ean = "4006381333931",
                          .title = "Tasse",
                          .weight_g = 350,
                          .price_e4 = UNSAID,
                          .hs_code = "69111000",
                          .origin = "DE"};

    return cup;
}
