/* test_memory.c: memory that runs out inside a library. Left to itself, ICU then gives an empty
 * text or a local time that is hours off, and libxml2 calls a sound document damaged: a parcel
 * without a name. So all memory is to come from core/arena.h, where running out ends the process.
 */
#define _GNU_SOURCE // NOLINT(bugprone-reserved-identifier): libc's own switch, for RTLD_NEXT

#include "harness/aid.h"
#include "harness/harness.h"
#include "wire/gz.h"
#include "wire/json.h"
#include "wire/unicode.h"
#include "wire/xml.h"
#include "wire/zone.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum outcome { RIGHT, WRONG, REFUSED, NOT_REACHED }; /* of a child; or it was ended */

static size_t allocations, failing; /* the failing-th of them fails; 0: none */

static bool is_failing(void)
{
    return ++allocations == failing;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's names are reserved
void *malloc(size_t size)
{
    static void *(*real)(size_t size);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "malloc");
    return is_failing() ? NULL : real(size);
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): as above
void *realloc(void *old, size_t size)
{
    static void *(*real)(void *old, size_t size);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "realloc");
    return is_failing() ? NULL : real(old, size);
}

/* ---- one use of each library, from scratch ---- */

static enum outcome texts(struct arena *arena)
{
    const char *clean = unicode_clean(arena, "Ju\xCC\x88rgen  M\xC3\xBCller");

    if (strcmp(clean, "J\xC3\xBCrgen M\xC3\xBCller") != 0)
        return WRONG;
    return strcmp(unicode_fold(arena, clean), "jurgen muller") == 0 ? RIGHT : WRONG;
}

static enum outcome times(struct arena *arena)
{
    struct zone zone;
    struct err err;
    struct civil local;

    (void)arena;
    if (!zone_open("Europe/Berlin", &zone, &err))
        return REFUSED;
    local = zone_local(&zone, INT64_C(1717365600)); /* 2024-06-02T22:00:00Z */
    zone_close(&zone);
    return local.hour == 0 ? RIGHT : WRONG;
}

static enum outcome documents(struct arena *arena)
{
    static const char document[] = "<a><b>Jürgen &amp; Söhne</b><b/></a>";
    const struct node *root;
    struct err err;

    if (!xml_parse(document, sizeof document - 1, arena, &root, &err))
        return REFUSED;
    return strcmp(node_text(root, "b"), "Jürgen & Söhne") == 0 ? RIGHT : WRONG;
}

static enum outcome values(struct arena *arena)
{
    static const char document[] = "{\"a\":[1,2,{\"b\":\"J\\u00fcrgen\"}]}";
    const struct node *root;
    struct err err;

    if (!json_parse(document, sizeof document - 1, arena, &root, &err))
        return REFUSED;
    return strcmp(node_text(node_at(root, "a")->last, "b"), "Jürgen") == 0 ? RIGHT : WRONG;
}

static enum outcome streams(struct arena *arena)
{
    AUTO(buf_done) struct buf packed = {0}, plain = {0};
    AUTO(gz_out_done) struct gz_out out;
    AUTO(gz_in_done) struct gz_in in;
    struct err err;

    (void)arena;
    gz_out_init(&out, 1);
    gz_in_init(&in);
    gz_out_put(&out, "Jürgen", 7, &packed);
    gz_out_member_end(&out, &packed);
    if (!gz_expand(&in, packed.data, packed.len, &plain, &err))
        return REFUSED;
    return strcmp(buf_str(&plain), "Jürgen") == 0 ? RIGHT : WRONG;
}

/* ---- with less and less of it missing ---- */

static enum outcome (*use)(struct arena *arena);
static size_t missing;

static int use_it(void)
{
    AUTO(arena_done) struct arena arena = {0};
    enum outcome outcome;

    (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    allocations = 0;
    failing = missing;
    outcome = use(&arena);
    failing = 0;
    return outcome == RIGHT && allocations < missing ? NOT_REACHED : (int)outcome;
}

static void a_library_without_memory_ends_the_process_and_guesses_nothing(void **state)
{
    static enum outcome (*const uses[])(struct arena *) = {texts, times, documents, values,
                                                           streams};

    // cppcheck-suppress unusedAllocatedMemory; that it can be had is all that is asked
    void *volatile piece = malloc(1);

    (void)state;
    free(piece);
    if (!allocations)
        skip(); /* valgrind's own stands in front of ours */
    for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
        size_t ended = 0;
        int code;

        use = uses[i];
        for (missing = 1; (code = in_child(use_it)) != NOT_REACHED; missing++)
            if (code == 128 + SIGABRT)
                ended++;
            else if (code != RIGHT) /* libc can do without */
                fail_msg("use %zu, allocation %zu: outcome %d", i, missing, code);
        assert_true(ended > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_without_memory_ends_the_process_and_guesses_nothing),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
