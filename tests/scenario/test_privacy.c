/* test_privacy.c: who bought, and with which keys it was fetched, is written nowhere it does not
 * belong: names stay in staged files, bank data and secrets reach no file at all. */
#include "backend.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "wire/gz.h"

#include <dirent.h>

/* ---- looking through everything ---- */

struct search {
    const char *const *words; /* that must not be found */
    bool staged;              /* also in what is compressed */
    size_t files;
    const char *found; /* the first of them */
    char where[PATH_SIZE];
};

static void look_at(struct search *search, const char *where, const char *bytes, size_t len)
{
    for (const char *const *word = search->words; *word && !search->found; word++) {
        size_t size = strlen(*word);

        for (size_t i = 0; i + size <= len && !search->found; i++)
            if (bytes[i] == **word && memcmp(bytes + i, *word, size) == 0)
                search->found = *word;
    }
    if (search->found && !*search->where)
        (void)snprintf(search->where, sizeof search->where, "%s", where);
}

static bool ends_in(const char *path, const char *ending)
{
    size_t len = strlen(path), size = strlen(ending);

    return len >= size && strcmp(path + len - size, ending) == 0;
}

static void look_into(struct search *search, const char *path)
{
    AUTO(buf_done) struct buf bytes = {0};
    AUTO(buf_done) struct buf plain = {0};
    AUTO(gz_in_done) struct gz_in gz = {0};
    struct err err;

    if (ends_in(path, "/tagwerk.conf") || (ends_in(path, ".gz") && !search->staged))
        return;
    assert_true(file_read(path, &bytes, NULL, &err));
    search->files++;
    look_at(search, path, buf_str(&bytes), bytes.len);
    if (!ends_in(path, ".gz"))
        return;
    gz_in_init(&gz);
    assert_true(gz_expand(&gz, buf_str(&bytes), bytes.len, &plain, &err));
    look_at(search, path, buf_str(&plain), plain.len);
}

static void look_through(struct search *search, const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[PATH_SIZE];

    if (!dir) {
        look_into(search, path);
        return;
    }
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        look_through(search, inner);
    }
    (void)closedir(dir);
}

/* The home, and all that the program ever said. */
static struct search look_everywhere(struct world *w, const char *const *words, bool staged)
{
    struct search search = {.words = words, .staged = staged};

    look_through(&search, w->home);
    for (unsigned n = 1; n <= w->started; n++) {
        const char *output = world_output(w, n);

        look_at(&search, arena_format(&w->arena, "output %u", n), output, strlen(output));
    }
    return search;
}

static void assert_nowhere(struct world *w, const char *const *words, bool staged)
{
    struct search search = look_everywhere(w, words, staged);

    assert_true(search.files > 10);
    if (search.found)
        fail_msg("'%s' stands in %s", search.found, search.where);
}

/* ---- a day with everything that makes a program talk ---- */

#define BUYER                                                                                      \
    "\"billing\":{\"FirstName\":\"Waltraud\",\"LastName\":\"Kanarienvogel\",\"Mail\":"             \
    "\"piep@geheim.example\",\"Phone\":\"0815-4711-77\",\"Street\":\"Vogelweide 7\"},"             \
    "\"bank\":{\"AccountHolder\":\"Waltraud Kanarienvogel\",\"Iban\":\"DE99PIEP\","                \
    "\"AccountNumber\":\"4711471147\"},\"UserComment\":\"Gr\u00fc\u00dfe von Frau "                \
    "Kanarienvogel\","

#define ADDRESS                                                                                    \
    "\"FirstName\":\"Waltraud\",\"LastName\":\"Kanarienvogel\",\"Company\":\"Piepmatz & Co\","     \
    "\"Phone\":\"0815-4711-77\",\"City\":\"Vogelsberghausen\","

static const char *const personal[] = {
    "Waltraud",   "Kanarienvogel",    "piep@geheim", "geheim.example", "0815-4711",
    "Vogelweide", "Vogelsberghausen", "Piepmatz",    "987654321098",   NULL};
static const char *const bank[] = {"DE99PIEP", "4711471147", NULL};
static const char *const secrets[] = {"demo-partner-token", "demo-account-token", "demo-secret",
                                      "ZGVtby1wdWJsaWM6", NULL};

static void sell_to_canary(struct world *w, const char *id, const char *address, const char *more)
{
    world_order(w,
                arena_format(&w->arena, "\"id\":%s," BUYER "\"shipping_address\":{" ADDRESS "%s}%s",
                             id, address, more));
}

static void sell_all_kinds(struct world *w)
{
    sell_to_canary(w, "560000001", "\"Street\":\"Vogelweide 7\"", "");
    sell_to_canary(w, "560000002", "\"Street\":\"Vogelweide 7, Hinterhaus\"", "");
    sell_to_canary(w, "560000003", "\"Street\":\"Packstation 12 Kanarienvogel\"", "");
    sell_to_canary(w, "560000004", "\"Street\":\"Packstation 145\",\"Street2\":\"9876543210987\"",
                   "");
    sell_to_canary(w, "560000005", "\"Street\":\"\"", "");
    sell_to_canary(w, "560000006", "\"Street\":\"Vogelweide 7\",\"CountryISO\":\"QQ\"", "");
    sell_to_canary(w, "560000007",
                   "\"Street\":\"Vogel\u200bweide 7 Kanarienvogelkanarienvogel"
                   "kanarienvogelkanarienvogelkanarienvogel\"",
                   "");
    sell_to_canary(w, "560000008", "\"Street\":\"Vogelweide 7\"",
                   ",\"items\":[{\"ItemWeight\":\"abc\"}]");
    sell_to_canary(w, "560000009", "\"Street\":\"Vogelweide 7\"",
                   ",\"AdditionalInfo\":\"holt Frau Kanarienvogel ab\"");
    sell_to_canary(w, "560000010", "\"Street\":\"Vogelweide 7\"", "");
}

/* Sendcloud quotes back what it does not like. */
static void let_sendcloud_quote(struct world *w)
{
    world_remap(w, "afterbuy-sendcloud/orders.csv", "items.title,cut,255,,\n",
                "items.title,cut,255,,\n"
                "ship_to.country,set,{ship_to.name},ref = 560000010,\n");
}

static void live_a_day(struct world *w)
{
    let_sendcloud_quote(w);
    sell_all_kinds(w);
    assert_int_equal(world_run(w, "check", NULL), 0);
    (void)world_run(w, "doctor", NULL);
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000010", "refused", "refused-by-target");
    print_label(w, "560000001", "");
    print_label(w, "560000002", "");
    shop_changes(w, "560000002", "\"AdditionalInfo\":\"holt Frau Kanarienvogel ab\"");
    world_pass(w, HOUR);
    world_fault(w, "{\"system\":\"sendcloud\",\"call\":\"GET /parcels\",\"fault\":\"401\","
                   "\"times\":1}");
    (void)world_run(w, "run", NULL);
    world_fault(w, "{\"system\":\"afterbuy\",\"fault\":\"200-error-body\",\"times\":1}");
    (void)world_run(w, "run", NULL);
    (void)world_run(w, "run", NULL);
    (void)world_run(w, "rerun", TODAY, NULL);
    (void)world_run(w, "status", NULL);
    for (int i = 1; i <= 10; i++)
        (void)world_run(w, "explain", arena_format(&w->arena, "5600000%02d", i), NULL);
}

static void reports_ledger_and_output_name_nobody(void **state)
{
    /* REQ-A11 */
    struct world *w = *state;

    live_a_day(w);
    assert_string_equal(shop_says(w, "560000001", "tracking"),
                        parcel_says(w, "560000001", 0, "tracking_number"));
    assert_nowhere(w, personal, false);
    end_quietly(w);
    assert_nowhere(w, personal, false);
}

static void bank_data_reaches_no_file(void **state)
{
    /* REQ-A11 */
    struct world *w = *state;

    live_a_day(w);
    assert_nowhere(w, bank, true);
}

static void secrets_stand_in_the_configuration_and_nowhere_else(void **state)
{
    struct world *w = *state;

    live_a_day(w);
    assert_nowhere(w, secrets, true);
}

/* Names are in the staged files: that is what these are for. And the search can find. */
static void names_stand_in_staged_files_alone(void **state)
{
    struct world *w = *state;
    struct search search;

    sell_to_canary(w, "560000001", "\"Street\":\"Vogelweide 7\"", "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    search = look_everywhere(w, personal, true);
    assert_string_equal(search.found, "Waltraud");
    assert_non_null(strstr(search.where, "/staging/shop-parcels/"));
    assert_true(ends_in(search.where, ".gz"));
    assert_nowhere(w, personal, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(reports_ledger_and_output_name_nobody),
        WITH_BOTH(bank_data_reaches_no_file),
        WITH_BOTH(secrets_stand_in_the_configuration_and_nowhere_else),
        WITH_V2(names_stand_in_staged_files_alone),
    };

    return cmocka_run_group_tests_name("privacy", tests, NULL, NULL);
}
