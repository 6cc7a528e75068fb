/* test_mapping.c: what loading refuses and how it says so, what the shipped files hold, and what
 * applying costs. What the ops do is in tests/golden. */
#include "harness/aid.h"
#include "harness/harness.h"

#include "core/file.h"
#include "core/text.h"
#include "plan/mapping.h"
#include "plan/plan.h"
#include "wire/csv.h"
#include "wire/hash.h"

#include <sys/stat.h>
#include <unistd.h>

static struct arena arena, scratch;
static const char *const option_values[] = {"a",   "b",   NULL, NULL,   NULL,
                                            "Tag", "yes", "1",  "join", NULL};
static const struct settings route = {
    .name = "r", .options = route_options, .values = option_values};

static const char *source_path(const char *path)
{
    const char *root = getenv("TAGWERK_ROOT");

    return arena_format(&arena, "%s/%s", root ? root : ".", path);
}

static void put(const char *name, const char *text)
{
    write_file(path_of(name), text);
}

/* Where the rules of a test lie. */
static struct mapping_place here = {.kind = KIND_ORDERS, .route = &route};

static bool load(const char *rules, struct mapping **out, struct err *err)
{
    put("orders.csv", rules);
    return mapping_load(&here, &arena, out, err);
}

static struct mapping *must_load(const char *rules)
{
    struct mapping *mapping;
    struct err err;

    if (!load(rules, &mapping, &err))
        fail_msg("%s", err.text);
    return mapping;
}

/* ---- loading ---- */

#define HEADER "field,op,value,when,note\n"

struct mistake {
    const char *rules, *table; /* t.csv */
    const char *said;
};

static const struct mistake mistakes[] = {
    {"field,op,valeu,when\n", NULL,
     ":1: column valeu: 'valeu' is no column (field, op, value, when, note); did you mean "
     "'value'?"},
    {"field,op,value,op\n", NULL, ":1: column op: this column stands twice"},
    {"field,value,when\n", NULL, ":1: column op: missing"},
    {"op,value\n", NULL, ":1: column field: missing"},
    {HEADER "weight_g,defalt,3 kg,,\n", NULL,
     ":2: column op: 'defalt' is no op; did you mean 'default'?"},
    {HEADER "weight_g,xyzzyxyzzy,,,\n", NULL,
     "'xyzzyxyzzy' is no op; mappings/README.md lists them"},
    {HEADER "\n# comment\nwieght_g,default,3 kg,,\n", NULL,
     ":4: column field: 'wieght_g' is no field; did you mean 'weight_g'?"},
    {HEADER "items.skuu,set,x,,\n", NULL, "did you mean 'items.sku'?"},
    {HEADER ",set,x,,\n", NULL, "column field: 'set' needs a field"},
    {HEADER "ref,set,x,,\n", NULL, "'ref' is what a record is known by"},
    {HEADER "tags,set,x,,\n", NULL, "column field: 'set' does not work on 'tags'"},
    {HEADER "items,set,x,,\n", NULL, "'set' does not work on 'items'"},
    {HEADER "route.tag,set,x,,\n", NULL,
     "'route.tag' is an option of the route, which no rule changes"},
    {HEADER "route.tagg,set,x,,\n", NULL,
     "'route.tagg' is no option of the route; did you mean 'route.tag'?"},
    {HEADER "weight_g,set,3,,\n", NULL,
     "column value: '3' is no weight; write it as 3 kg or 500 g"},
    {HEADER "weight_g,set,kg,,\n", NULL, "'kg' is no weight"},
    {HEADER "weight_g,set,g,,\n", NULL, "'g' is no weight"},
    {HEADER "weight_g,set,0.5 lb,,\n", NULL, "is no weight"},
    {HEADER "total_e4,set,much,,\n", NULL, "'much' is no amount of money; write it as 12.50"},
    {HEADER "cancelled,set,perhaps,,\n", NULL, "'perhaps' is neither yes nor no"},
    {HEADER "items.quantity,set,1.5,,\n", NULL, "'1.5' is no whole number"},
    {HEADER "paid_utc,set,2024-06-03,,\n", NULL, "'paid_utc' is a time; it can only be copied"},
    {HEADER "total_e4,set,{weight_g},,\n", NULL,
     "'{weight_g}' does not make a value for 'total_e4'"},
    {HEADER "total_e4,set,{total_e4}{shipping_e4},,\n", NULL, "does not make a value"},
    {HEADER "number,set,{nubmer},,\n", NULL, "'nubmer' is no field; did you mean 'number'?"},
    {HEADER "number,set,{items.sku},,\n", NULL,
     "'items.sku' belongs to one line, but the rule is for the whole order"},
    {HEADER "number,set,{number,,\n", NULL, "a single {; {field} puts a field in"},
    {HEADER "number,set,number},,\n", NULL, "a single }"},
    {HEADER "number,set,{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone},,\n", NULL,
     "more than 16 parts in one text"},
    {HEADER "number,set,{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.,,\n", NULL, ""},
    {HEADER "number,set,{zone}{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.{zone}.,,\n", NULL,
     "more than 16 parts in one text"},
    {HEADER "zone,lookup,T!,,\n", NULL, "column value: 'T!' is no name of a table"},
    {HEADER "zone,lookup,,,\n", NULL, "'' is no name of a table"},
    {HEADER "zone,lookup,nowhere,,\n", NULL, "'nowhere' is no table; there is no file "},
    {HEADER "zone,lookup,t,,\n", "ship_to.cuontry,gives zone\n",
     "t.csv:1: column ship_to.cuontry: 'ship_to.cuontry' is no field; did you mean "
     "'ship_to.country'?"},
    {HEADER "zone,lookup,t,,\n", "ship_to.country,gives zoone\n",
     "t.csv has no column `gives zone`"},
    {HEADER "zone,lookup,t,,\n", "gives zone\n",
     "t.csv:1: column gives zone: no column asks anything"},
    {HEADER "zone,lookup,t,,\n", "ship_to.country,,gives zone\n",
     "a column of a table needs a heading"},
    {HEADER "zone,lookup,t,,\n", "weight_g,gives zone\n", "a table cannot ask for weight_g"},
    {HEADER "zone,lookup,t,,\n", "items.sku,gives zone\n", "'items.sku' belongs to one line"},
    {HEADER "zone,lookup,t,,\n", "ref,ref,ref,ref,ref,ref,ref,ref,ref,gives zone\n",
     "more than 8 columns that ask"},
    {HEADER "zone,lookup,t,,\n", "ref,gives zone\n1,x\n2,{oops}\n",
     "t.csv:3: column gives zone: 'oops' is no field"},
    {HEADER "weight_g,lookup,t,,\n", "ref,gives weight_g\n1,500 g\n\n2,500\n",
     "t.csv:4: column gives weight_g: '500' is no weight"},
    {HEADER "zone,lookup,t,,\n", "ref,gives zone\n\"1\n", "t.csv"},
    {HEADER "weight_g,catalogue,weight_g,,\n", NULL,
     "column field: 'catalogue' fills fields of lines"},
    {HEADER "items.wieght_g,catalogue,weight_g,,\n", NULL, "did you mean 'items.weight_g'?"},
    {HEADER "items.weight_g,catalogue,wieght_g,,\n", NULL,
     "column value: 'wieght_g' is no field of an article; did you mean 'weight_g'?"},
    {HEADER "items.weight_g,catalogue,sku,,\n", NULL,
     "the article's 'sku' is no value for 'items.weight_g'"},
    {HEADER "weight_g,sum,weight_g,,\n", NULL, "'weight_g' cannot be added up to 'weight_g'"},
    {HEADER "weight_g,sum,items.price_e4,,\n", NULL, "cannot be added up"},
    {HEADER "weight_g,at_least,items.wt,,\n", NULL, "'items.wt' is no field"},
    {HEADER "number,sum,items.weight_g,,\n", NULL, "'sum' does not work on 'number'"},
    {HEADER "ship_to.house_number,split,weight_g,,\n", NULL,
     "'weight_g' is no text that a house number"},
    {HEADER "ship_to.house_number,split,route.tag,,\n", NULL, "is no text that a house number"},
    {HEADER "ship_to.house_number,split,,,\n", NULL, "'' is no field"},
    {HEADER "ship_to.street,locker,,,\n", NULL, "'locker' works on ship_to"},
    {HEADER "ship_to,locker,x,,\n", NULL, "'locker' takes no value"},
    {HEADER "ship_from.*,clean,,,\n", NULL,
     "'ship_from.*' is no group of texts; did you mean 'ship_to.*'?"},
    {HEADER "ship_to.*,clean,x,,\n", NULL, "'clean' takes no value"},
    {HEADER "weight_g,clean,,,\n", NULL, "'clean' does not work on 'weight_g'"},
    {HEADER "number,cut,0,,\n", NULL, "'0' is no length"},
    {HEADER "number,cut,10001,,\n", NULL, "is no length"},
    {HEADER "number,cut,many,,\n", NULL, "'many' is no length"},
    {HEADER "weight_g,cut,5,,\n", NULL, "'cut' does not work on 'weight_g'"},
    {HEADER "number,convert,t,,\n", "currency,gives rate,gives into\n",
     "'convert' works on the currency"},
    {HEADER "weight_g,convert,t,,\n", NULL, "'convert' does not work on 'weight_g'"},
    {HEADER "currency,convert,t,,\n", "currency,gives into\n", "has no column `gives rate`"},
    {HEADER "currency,convert,t,,\n", "currency,gives rate\n", "has no column `gives into`"},
    {HEADER "currency,convert,t,,\n", "currency,gives rate,gives into\nCHF,none,EUR\n",
     "t.csv:2: column gives rate: 'none' is no rate; write it as 1.0650"},
    {HEADER "currency,convert,t,,\n", "currency,gives rate,gives into\nCHF,0,EUR\n",
     "'0' is no rate"},
    {HEADER "currency,convert,t,,\n", "currency,gives rate,gives into\nCHF,1,Euro\n",
     "column gives into: 'Euro' is no currency"},
    {HEADER "weight_g,need,3,,\n", NULL, "'3' is no weight"},
    {HEADER "paid_utc,need,1|2,,\n", NULL, "cannot be asked of paid_utc"},
    {HEADER "zone,need,a||b,,\n", NULL, "'a||b': a word is missing"},
    {HEADER ",skip,,,\n", NULL, "'' is no reason code"},
    {HEADER ",skip,Not Good,,\n", NULL, "'Not Good' is no reason code"},
    {HEADER ",refuse,a-code-that-is-much-too-long-for-us,,\n", NULL, "is no reason code"},
    {HEADER "zone,skip,x,,\n", NULL, "column field: 'skip' takes the lines (items) or nothing"},
    {HEADER "zoone,refuse,x,,\n", NULL, "column field: 'zoone' is no field"},
    {HEADER ",skip,x,zoone = a,\n", NULL,
     ":2: column when: 'zoone' is no field; did you mean 'zone'?"},
    {HEADER ",skip,x,zone,\n", NULL, "column when: 'zone' is no condition; there are: is empty"},
    {HEADER ",skip,x,zone == a and x,\n", NULL, "'x' is no field"},
    {HEADER ",skip,x,zone hasty a,\n", NULL, "is no condition"},
    {HEADER ",skip,x,zone isempty,\n", NULL, "is no condition"},
    {HEADER ",skip,x,zone is emptyish,\n", NULL, "is no condition"},
    {HEADER ",skip,x,zone is empty now,\n", NULL, "'now' behind 'is empty' means nothing"},
    {HEADER ",skip,x,zone = ,\n", NULL, "a word is missing; to ask for nothing, write `is empty`"},
    {HEADER ",skip,x,zone = {route.prefix},\n", NULL,
     "'{route.prefix}' is not set; set it in the route's section"},
    {HEADER ",skip,x,zone = {number},\n", NULL,
     "'{number}': only options of the route may be put into a word"},
    {HEADER ",skip,x,zone = {route.tagg},\n", NULL, "did you mean 'route.tag'?"},
    {HEADER ",skip,x,zone > 5,\n", NULL, "'>' cannot be asked of zone"},
    {HEADER ",skip,x,weight_g > 5,\n", NULL, "'5' is no weight"},
    {HEADER ",skip,x,weight_g has 5,\n", NULL, "'has' cannot be asked of weight_g"},
    {HEADER ",skip,x,items = 5,\n", NULL, "'=' cannot be asked of items"},
    {HEADER ",skip,x,tags is number,\n", NULL, "'is number' cannot be asked of tags"},
    {HEADER ",skip,x,paid_utc < 5,\n", NULL, "'<' cannot be asked of paid_utc"},
    {HEADER ",skip,x,route.tagg is empty,\n", NULL, "did you mean 'route.tag'?"},
    {HEADER ",skip,x,route.tag > 5,\n", NULL, "'>' cannot be asked of an option of the route"},
    {HEADER
     ",skip,x,"
     "zone=a and zone=a and zone=a and zone=a and zone=a and zone=a and zone=a and zone=a and "
     "zone=a and "
     "zone=a and zone=a and zone=a and zone=a and zone=a and zone=a and zone=a and zone=a,\n",
     NULL, "more than 16 conditions"},
    {"", NULL, "the file is empty"},
};

static void assert_mistake_is_named(const struct mistake *mistake)
{
    struct mapping *mapping = NULL;
    struct err err = {.kind = ERR_NONE};
    bool loaded;

    put("t.csv", mistake->table ? mistake->table : "ref,gives zone\n");
    loaded = load(mistake->rules, &mapping, &err);
    if (loaded != !*mistake->said)
        fail_msg("this was %s: %s", loaded ? "taken" : err.text, mistake->rules);
    if (loaded)
        return;
    assert_null(mapping);
    assert_says(err, ERR_SETUP, mistake->said);
}

static void a_mistake_is_named_with_file_line_column_and_the_nearest_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
        assert_mistake_is_named(&mistakes[i]);
}

static void every_mistake_names_its_file(void **state)
{
    struct mapping *mapping;
    struct err err;

    (void)state;
    assert_false(load(HEADER "zone,sett,x,,\n", &mapping, &err));
    assert_says(err, ERR_SETUP, arena_format(&arena, "%s:2: column op: ", path_of("orders.csv")));
}

static void
a_required_file_that_is_missing_is_a_mistake_and_an_optional_one_has_no_rules(void **state)
{
    struct mapping_place stock = here;
    struct mapping *mapping;
    struct record *record = record_new(KIND_STOCK, &arena);
    struct mapped mapped;
    struct err err;

    (void)state;
    stock.kind = KIND_STOCK;
    assert_false(mapping_load(&stock, &arena, &mapping, &err));
    assert_says(err, ERR_SETUP,
                "stock.csv: there is no such mapping file; copy the shipped folder");
    stock.optional = true;
    assert_true(mapping_load(&stock, &arena, &mapping, &err));
    assert_int_equal(mapping_rules(mapping), 0);
    assert_int_equal(strlen(mapping_hash(mapping)), DIGEST_HEX_SIZE - 1);
    assert_true(mapping_apply(mapping, NULL, record, &scratch, &mapped, &err));
    assert_int_equal(mapped.outcome, OUTCOME_SEND);
    assert_string_equal(mapped.rules, "");
    assert_string_equal(mapped.notes, "");
    assert_null(mapped.code);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    struct mapping_place stock = here;
    struct mapping *mapping;
    struct err err;

    (void)state;
    stock.kind = KIND_STOCK;
    assert_int_equal(mkdir(path_of("stock.csv"), 0700), 0);
    assert_false(mapping_load(&stock, &arena, &mapping, &err));
    assert_non_null(strstr(err.text, "stock.csv"));
    assert_int_equal(rmdir(path_of("stock.csv")), 0);
}

static void without_a_route_its_options_are_unknown(void **state)
{
    struct mapping_place alone = here;
    struct mapping *mapping;
    struct err err;

    (void)state;
    alone.route = NULL;
    put("orders.csv", HEADER ",skip,x,route.tag is empty,\n");
    assert_false(mapping_load(&alone, &arena, &mapping, &err));
    assert_says(err, ERR_SETUP, "'route.tag' is no option of the route");
}

static void the_hash_is_that_of_all_bytes_in_the_order_of_first_use(void **state)
{
    static const char rules[] =
        HEADER "zone,lookup,t,,\nship_to.country,lookup,u,,\nzone,lookup,t,,\n";
    static const char t[] = "ref,gives zone\n1,eu\n", u[] = "value,gives result\nD,DE\n";
    struct mapping *mapping;
    struct hash hash;
    char hex[DIGEST_HEX_SIZE];

    (void)state;
    put("t.csv", t);
    put("u.csv", u);
    mapping = must_load(rules);
    hash_begin(&hash);
    hash_add(&hash, rules, strlen(rules));
    hash_add(&hash, t, strlen(t));
    hash_add(&hash, u, strlen(u));
    hash_end(&hash, hex);
    assert_string_equal(mapping_hash(mapping), hex);
    put("u.csv", "value,gives result\nD,AT\n");
    assert_string_not_equal(mapping_hash(must_load(rules)), hex);
}

static void rules_that_an_option_rules_out_count_but_never_run(void **state)
{
    struct mapping *mapping =
        must_load(HEADER ",skip,never,route.tag is empty,\n"
                         ",skip,never,route.tag = Tag and route.parcels = newest,\n"
                         "zone,set,{route.tag},route.writeback_needs_tag = yes,\n");
    struct record *record = record_new(KIND_ORDERS, &arena);
    struct mapped mapped;
    struct err err;

    (void)state;
    assert_int_equal(mapping_rules(mapping), 3);
    assert_true(mapping_apply(mapping, NULL, record, &scratch, &mapped, &err));
    assert_int_equal(mapped.outcome, OUTCOME_SEND);
    assert_string_equal(mapped.rules, "4");
    assert_string_equal(ORDER(record)->zone, "Tag");
}

/* ---- the shipped files ---- */

static struct mapping *load_shipped(enum kind kind)
{
    const struct mapping_place shipped = {.dir = source_path("mappings/afterbuy-sendcloud"),
                                          .lookup_dir = source_path("mappings/lookup"),
                                          .kind = kind,
                                          .route = &route};
    struct mapping *mapping;
    struct err err;

    if (!mapping_load(&shipped, &arena, &mapping, &err))
        fail_msg("%s", err.text);
    return mapping;
}

static struct reasons *load_reasons(void)
{
    struct reasons *reasons;
    struct err err;

    if (!reasons_load(source_path("mappings/lookup"), &arena, &reasons, &err))
        fail_msg("%s", err.text);
    return reasons;
}

static void assert_code_has_texts(const struct reasons *reasons, const char *code)
{
    const char *de = reason_text(reasons, code, "de"), *en = reason_text(reasons, code, "en");

    if (text_same(de, code) || text_same(en, code) || text_same(de, en))
        fail_msg("mappings/lookup/reasons.csv has no texts for the code %s", code);
}

static void assert_row_has_texts(const struct reasons *reasons, const char *const *cells)
{
    if (text_same(cells[1], "skip") || text_same(cells[1], "refuse"))
        assert_code_has_texts(reasons, cells[2]);
    if (text_same(cells[1], "need"))
        assert_code_has_texts(reasons, arena_format(&arena, "need-%s", cells[0]));
}

static void every_code_of_the_shipped_rules_has_its_texts(void **state)
{
    static const char *const files[] = {"mappings/afterbuy-sendcloud/orders.csv",
                                        "mappings/afterbuy-sendcloud/shipments.csv"};
    struct reasons *reasons = load_reasons();
    struct csv_table table;
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        assert_true(csv_load(source_path(files[i]), &arena, &table, &err));
        for (size_t row = 0; row < table.rows_len; row++)
            assert_row_has_texts(reasons, table.rows[row].cells);
    }
    assert_code_has_texts(reasons, "packstation");
    assert_code_has_texts(reasons, "too-large");
}

static void the_shipped_files_are_sound(void **state)
{
    (void)state;
    assert_true(mapping_rules(load_shipped(KIND_ORDERS)) > 40);
    assert_true(mapping_rules(load_shipped(KIND_SHIPMENTS)) > 10);
}

static void assert_told(const char *manual, const char *rows)
{
    const char *const *lines = text_split(&arena, rows, '\n', NULL);

    for (; *lines; lines++)
        if (!strstr(manual, *lines))
            fail_msg("mappings/README.md lacks the row\n%s", *lines);
}

static void the_manual_lists_every_op_and_every_field(void **state)
{
    static const enum kind kinds[] = {KIND_ORDERS, KIND_SHIPMENTS, KIND_ARTICLES};
    AUTO(buf_done) struct buf rows = {0};

    (void)state;
    mapping_ops_put(&rows);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        mapping_fields_put(kinds[i], &rows);
    assert_told(read_file(source_path("mappings/README.md")), buf_str(&rows));
}

/* ---- applying ---- */

static struct record *shippable(struct arena *into)
{
    struct order *order = ORDER(record_new(KIND_ORDERS, into));

    order->head.ref = "560000123";
    order->currency = "EUR";
    order->ship_to = (struct address){.name = "Ada Lovelace",
                                      .street = "Straße des 17. Juni 135",
                                      .postcode = "10623",
                                      .city = "Berlin",
                                      .country = "D"};
    order->items_len = 2;
    order->items = items_new(2, into);
    for (size_t i = 0; i < 2; i++) {
        order->items[i].title = "Kerze";
        order->items[i].sku = "K-1";
        order->items[i].quantity = 1;
    }
    return &order->head;
}

static void steady_work_takes_no_more_memory(void **state)
{
    struct mapping *mapping = load_shipped(KIND_ORDERS);
    struct mapped mapped;
    struct err err;
    size_t held = 0;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        arena_reset(&scratch);
        assert_true(mapping_apply(mapping, NULL, shippable(&scratch), &scratch, &mapped, &err));
        assert_int_equal(mapped.outcome, OUTCOME_SEND);
        if (i == 1)
            held = arena_held(&scratch);
    }
    assert_int_equal(arena_held(&scratch), held);
}

struct asked {
    size_t times;
    bool broken;
};

static bool ask(void *context, const struct item *item, struct arena *into,
                const struct article **out, struct err *err)
{
    static const struct article article = {.weight_g = 5, .origin = "DE", .price_e4 = UNSAID};
    struct asked *asked = context;

    (void)into;
    assert_null(item->product_ref);
    assert_string_equal(item->sku, "K-1");
    asked->times++;
    if (asked->broken)
        return err_set(err, ERR_STORE, "the ledger is damaged");
    *out = &article;
    return true;
}

static void the_catalogue_is_asked_once_per_line(void **state)
{
    struct mapping *mapping = must_load(HEADER "items.weight_g,catalogue,weight_g,,\n"
                                               "items.origin,catalogue,origin,,\n"
                                               "items.price_e4,catalogue,price_e4,,\n"
                                               "items.hs_code,catalogue,hs_code,,\n");
    struct asked asked = {0};
    const struct catalogue catalogue = {.find = ask, .context = &asked};
    struct record *record = shippable(&arena);
    struct mapped mapped;
    struct err err;

    (void)state;
    assert_true(mapping_apply(mapping, &catalogue, record, &scratch, &mapped, &err));
    assert_int_equal(asked.times, 2);
    assert_int_equal(ORDER(record)->items[1].weight_g, 5);
    assert_string_equal(ORDER(record)->items[1].origin, "DE");
    assert_false(said(ORDER(record)->items[1].price_e4));
    assert_string_equal(mapped.rules, "2 3");
}

static void a_broken_catalogue_is_no_fault_of_the_record(void **state)
{
    struct mapping *mapping = must_load(HEADER "items.weight_g,catalogue,weight_g,,\n");
    struct asked asked = {.broken = true};
    const struct catalogue catalogue = {.find = ask, .context = &asked};
    struct mapped mapped;
    struct err err;

    (void)state;
    assert_false(mapping_apply(mapping, &catalogue, shippable(&arena), &scratch, &mapped, &err));
    assert_says(err, ERR_STORE, "the ledger is damaged");
}

static void a_line_that_went_does_not_confuse_the_catalogue(void **state)
{
    struct mapping *mapping = must_load(HEADER "items.weight_g,catalogue,weight_g,,\n"
                                               "items,skip,gone,items.title = gone,\n"
                                               "items.origin,catalogue,origin,,\n");
    struct asked asked = {0};
    const struct catalogue catalogue = {.find = ask, .context = &asked};
    struct record *record = shippable(&arena);
    struct mapped mapped;
    struct err err;

    (void)state;
    ORDER(record)->items[0].title = "gone";
    assert_true(mapping_apply(mapping, &catalogue, record, &scratch, &mapped, &err));
    assert_int_equal(ORDER(record)->items_len, 1);
    assert_string_equal(ORDER(record)->items[0].title, "Kerze");
    assert_string_equal(ORDER(record)->items[0].origin, "DE");
}

/* Every tenth row has no key and fits all that end in 5 there. */
static void a_long_table_gives_the_first_row_that_fits(void **state)
{
    AUTO(buf_done) struct buf table = {0};
    struct mapping *mapping;
    struct mapped mapped;
    struct err err;

    (void)state;
    buf_text(&table, "number,ref starts,gives zone\n");
    for (int i = 0; i < 55000; i++)
        buf_format(&table, i % 10000 == 9999 ? ",%d,any%d\n" : "n%d|m%d,,z%d\n", i, i, i);
    put("t.csv", buf_str(&table));
    mapping = must_load(HEADER "zone,lookup,t,,\n");
    for (int i = 0; i < 55000; i += 37) {
        struct record *record = record_new(KIND_ORDERS, &arena);
        bool any = i > 9999 && i % 2;

        ORDER(record)->number = arena_format(&arena, i % 3 ? "N%d" : "m%d", i);
        record->ref = any ? "9999" : "x";
        assert_true(mapping_apply(mapping, NULL, record, &scratch, &mapped, &err));
        if (i % 10000 != 9999)
            assert_string_equal(ORDER(record)->zone,
                                any ? "any9999" : arena_format(&arena, "z%d", i));
    }
}

/* ---- reasons ---- */

static void reasons_come_in_both_languages_and_else_as_they_are(void **state)
{
    struct reasons *reasons;
    struct err err;

    (void)state;
    put("reasons.csv", "en,note,code,de\nb in English,,b,b auf Deutsch\n,,a,nur Deutsch\nshort\n");
    assert_true(reasons_load(path_of(NULL), &arena, &reasons, &err));
    assert_string_equal(reason_text(reasons, "b", "de"), "b auf Deutsch");
    assert_string_equal(reason_text(reasons, "b", "en"), "b in English");
    assert_string_equal(reason_text(reasons, "a", "en"), "a");
    assert_string_equal(reason_text(reasons, "nowhere", "de"), "nowhere");
    assert_null(reason_text(reasons, NULL, "de"));
}

static void mistakes_in_the_reasons_are_told(void **state)
{
    struct reasons *reasons;
    struct err err;

    (void)state;
    put("reasons.csv", "code,de\n");
    assert_false(reasons_load(path_of(NULL), &arena, &reasons, &err));
    assert_says(err, ERR_SETUP, "reasons.csv:1: column en is missing");
    put("reasons.csv", "code,de,en\na,b,c\na,b,c\n");
    assert_false(reasons_load(path_of(NULL), &arena, &reasons, &err));
    assert_says(err, ERR_SETUP, "the code 'a' has two rows");
    assert_int_equal(unlink(path_of("reasons.csv")), 0);
    assert_false(reasons_load(path_of(NULL), &arena, &reasons, &err));
    assert_says(err, ERR_SETUP, "reasons.csv");
}

static int begin(void **state)
{
    struct err err;

    if (folder_begin(state) != 0 || !hash_open(&err))
        return -1;
    here.dir = here.lookup_dir = path_of(NULL);
    return 0;
}

static int end(void **state)
{
    arena_done(&arena);
    arena_done(&scratch);
    return folder_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_named_with_file_line_column_and_the_nearest_word),
        cmocka_unit_test(every_mistake_names_its_file),
        cmocka_unit_test(
            a_required_file_that_is_missing_is_a_mistake_and_an_optional_one_has_no_rules),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
        cmocka_unit_test(without_a_route_its_options_are_unknown),
        cmocka_unit_test(the_hash_is_that_of_all_bytes_in_the_order_of_first_use),
        cmocka_unit_test(rules_that_an_option_rules_out_count_but_never_run),
        cmocka_unit_test(every_code_of_the_shipped_rules_has_its_texts),
        cmocka_unit_test(the_shipped_files_are_sound),
        cmocka_unit_test(the_manual_lists_every_op_and_every_field),
        cmocka_unit_test(steady_work_takes_no_more_memory),
        cmocka_unit_test(the_catalogue_is_asked_once_per_line),
        cmocka_unit_test(a_broken_catalogue_is_no_fault_of_the_record),
        cmocka_unit_test(a_line_that_went_does_not_confuse_the_catalogue),
        cmocka_unit_test(a_long_table_gives_the_first_row_that_fits),
        cmocka_unit_test(reasons_come_in_both_languages_and_else_as_they_are),
        cmocka_unit_test(mistakes_in_the_reasons_are_told),
    };

    return cmocka_run_group_tests_name("mapping", tests, begin, end);
}
