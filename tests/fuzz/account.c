/* account.c: an account of every system, made from the option tables, and batches of records made
 * from the field tables: a new system or a new field needs no line here. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "wire/hash.h"

#define CONNECTORS_MAX 32
#define CHOICES_MAX 40

static struct arena keep; /* until the process ends */

/* ---- accounts ---- */

struct accounts {
    struct account list[CHOICES_MAX];
    size_t len;
};

static void put_option(struct buf *ini, const struct option *option)
{
    if (option->type == OPTION_SECRET)
        buf_format(ini, "%s = " FUZZ_SECRET "%s\n", option->name, option->name);
    else if (option->type == OPTION_INT && option->min > 0)
        buf_format(ini, "%s = %lld\n", option->name, (long long)option->min);
    else if (option->required)
        buf_format(ini, "%s = %s\n", option->name, option->name);
}

/* The connector's options behind those that every account has. */
static const struct option *all_options(const struct connector *connector)
{
    size_t common = 0, own = 0;
    struct option *all;

    while (account_options[common].name)
        common++;
    while (connector->options[own].name)
        own++;
    all = arena_array(&keep, common + own + 1, sizeof *all);
    memcpy(all, account_options, common * sizeof *all);
    memcpy(all + common, connector->options, own * sizeof *all);
    return all;
}

static void add_account(struct accounts *accounts, const struct connector *connector,
                        const struct option *chosen, const char *word)
{
    AUTO(buf_done) struct buf ini = {0};
    struct account *account = &accounts->list[accounts->len++];
    struct config config;
    struct err err;

    *account = (struct account){.name = "fuzz", .connector = connector, .url = connector->url};
    account->zone = arena_alloc(&keep, sizeof *account->zone);
    buf_format(&ini, "[account fuzz]\nsystem = %s\n", connector->name);
    for (const struct option *option = connector->options; option->name; option++)
        if (!chosen || option != chosen)
            put_option(&ini, option);
    if (chosen)
        buf_format(&ini, "%s = %s\n", chosen->name, word);
    must(zone_open(connector->zone, account->zone, &err));
    must(config_parse("fuzz.conf", buf_str(&ini), ini.len, &keep, &config, &err));
    must(settings_load(&config, &config.sections[0], all_options(connector), &keep,
                       &account->settings, &err));
}

static void add_choices(struct accounts *accounts, const struct connector *connector,
                        const struct option *option)
{
    const char *choices = option->type == OPTION_BOOL ? "yes|no" : option->choices;
    const char *const *word = text_split(&keep, choices ? choices : "", '|', NULL);

    for (; *word && accounts->len < CHOICES_MAX; word++)
        if (**word && !text_same(*word, option->fallback))
            add_account(accounts, connector, option, *word);
}

/* By the first letter of its name, so that kept inputs survive a new system; any other byte picks
 * by its place. */
static size_t pick_system(struct input *input, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (input->len && *input->at == *connectors()[i]->name)
            return input_pick(input, 1) + i;
    return input_pick(input, count);
}

const struct account *account_pick(struct input *input)
{
    static struct accounts made[CONNECTORS_MAX];
    size_t count = 0, at;
    struct err err;

    while (connectors()[count])
        count++;
    must(count <= CONNECTORS_MAX && hash_open(&err));
    at = pick_system(input, count);
    if (!made[at].len) {
        const struct connector *connector = connectors()[at];

        add_account(&made[at], connector, NULL, NULL);
        for (const struct option *option = connector->options; option->name; option++)
            add_choices(&made[at], connector, option);
    }
    return &made[at].list[input_pick(input, made[at].len)];
}

struct response response_of(const struct account *account, int status, struct input body,
                            struct arena *arena)
{
    struct response response = {.status = status,
                                .body = arena_slice(arena, body.at, body.len),
                                .body_len = body.len,
                                .arena = arena};
    bool parsed = false;
    struct err err;

    if (body.len) {
        parsed = answer_parse(account->connector->format, response.body, body.len, arena,
                              &response.root, &response.damaged, &err);
        if (!parsed)
            check_err(&err);
    }
    if (!parsed)
        response.root = NULL;
    return response;
}

/* ---- records ---- */

/* Fields whose words a target checks; any other text is its field's name. */
static const struct {
    const char *field, *text;
} words[] = {
    {"ship_to.country", "DE"},
    {"ship_to.postcode", "10115"},
    {"ship_to.email", "buyer@example.com"},
    {"currency", "EUR"},
    {"customs_content", "commercial_goods"},
    {"zone", "export"},
    {"hs_code", "61091000"},
    {"origin", "DE"},
    {"tracking", "00340434161094015902"},
    {"tracking_url", "https://example.com/00340434161094015902"},
    {"state", "transit"},
    {"tag", "Sendcloud"},
};

static const char *word_for(const char *field)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (text_same(words[i].field, field))
            return words[i].text;
    return field;
}

static void fill(const struct shape *shape, void *base, struct arena *arena)
{
    for (size_t i = 0; i < shape->fields_len; i++) {
        const struct field *field = &shape->fields[i];

        switch (field->type) {
        case FIELD_TEXT:
            *field_text(field, base) = word_for(field->name);
            break;
        case FIELD_TEXTS:
        case FIELD_LIST: /* the one list there is follows below */
            break;
        case FIELD_TIME:
            *field_number(field, base) = 1717400000;
            break;
        case FIELD_BOOL:
            *field_number(field, base) = 0;
            break;
        case FIELD_INT:
        case FIELD_MONEY:
        case FIELD_WEIGHT:
            *field_number(field, base) = 1000;
            break;
        }
    }
    if (shape == shape_of(KIND_ORDERS)) {
        ORDER(base)->items = items_new(1, arena);
        ORDER(base)->items_len = 1;
        fill(&item_shape, ORDER(base)->items, arena);
    }
}

static struct entry entry_of(enum kind kind, size_t number, struct arena *arena)
{
    struct record *record = record_new(kind, arena);

    fill(shape_of(kind), record, arena);
    record->kind = kind;
    record->ref = arena_format(arena, "5600001%02zu", number);
    record->order_ref = record->ref;
    record->flaw = NULL;
    record->flaw_code = NULL;
    return (struct entry){
        .key = record->ref, .record = record, .revision = 1, .revised_utc = 1717400000};
}

struct batch batch_of(enum kind kind, size_t len, struct arena *arena)
{
    struct batch batch = {.arena = arena, .len = len};

    batch.entries = arena_array(arena, len, sizeof *batch.entries);
    for (size_t i = 0; i < len; i++)
        batch.entries[i] = entry_of(kind, 21 + i, arena);
    return batch;
}
