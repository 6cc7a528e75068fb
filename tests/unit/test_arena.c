#include "harness/aid.h"
#include "harness/harness.h"

/* More than there is gives NULL under AddressSanitizer too, as it does without. */
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this very name
const char *__asan_default_options(void);
// NOLINTNEXTLINE(bugprone-reserved-identifier): as above
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static bool is_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i])
            return false;
    return true;
}

static void memory_is_zeroed_and_aligned_for_any_type(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *bytes;

        (void)arena_bytes(&arena, 1);
        bytes = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        assert_true(is_zero(bytes, size));
        memset(bytes, 0xFF, size);
    }
}

static void memory_is_zeroed_again_after_rewinding(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct arena_mark mark = arena_mark(&arena);

    (void)state;
    memset(arena_alloc(&arena, 5000), 0xFF, 5000);
    arena_rewind(&arena, mark);
    assert_true(is_zero(arena_alloc(&arena, 5000), 5000));
    arena_reset(&arena);
    assert_true(is_zero(arena_array(&arena, 100, 50), 5000));
}

static void what_was_taken_does_not_overlap(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    unsigned char *pieces[300];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        pieces[i] = i % 2 ? arena_alloc(&arena, 1 + i * 3) : (void *)arena_bytes(&arena, 1 + i * 3);
        memset(pieces[i], (int)(i % 251), 1 + i * 3);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        for (size_t at = 0; at < 1 + i * 3; at++)
            assert_int_equal(pieces[i][at], i % 251);
}

static void texts_are_copied_and_null_stays_null(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    char text[] = "Köln";
    const char *copy = arena_text(&arena, text);
    const char *slice = arena_slice(&arena, text + 1, 2);
    const char *nothing = arena_slice(&arena, NULL, 0);
    const char *made = arena_format(&arena, "%s has %d", text, 7);

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(copy, "Köln");
    assert_string_equal(slice, "ö");
    assert_string_equal(nothing, "");
    assert_string_equal(made, "Köln has 7");
    assert_string_equal(arena_format(&arena, "%s", ""), "");
    assert_null(arena_text(&arena, NULL));
}

static void a_slice_may_hold_a_nul(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_memory_equal(arena_slice(&arena, "a\0b", 3), "a\0b", 4);
}

static void more_than_a_block_is_one_piece(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    char *before = arena_bytes(&arena, 10);
    char *large = arena_bytes(&arena, 3000000);
    char *after = arena_bytes(&arena, 10);

    (void)state;
    memset(before, 1, 10);
    memset(large, 2, 3000000);
    memset(after, 3, 10);
    assert_int_equal(before[9], 1);
    assert_int_equal(large[0] + large[2999999], 4);
}

/* One cycle of unequal pieces, some larger than a block. */
static void use(struct arena *arena, size_t cycle)
{
    for (size_t i = 0; i < 20; i++)
        (void)arena_alloc(arena, (cycle * 7919 + i * 104729) % 9000);
    (void)arena_bytes(arena, 70000 + cycle % 13 * 1000);
    (void)arena_bytes(arena, 100 + cycle % 7);
}

static void rewinding_keeps_the_blocks_and_the_steady_state_takes_no_more(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    size_t held = 0;

    (void)state;
    for (size_t cycle = 0; cycle < 10000; cycle++) {
        use(&arena, cycle);
        if (cycle == 200)
            held = arena_held(&arena);
        arena_reset(&arena);
    }
    assert_true(held > 0);
    assert_int_equal(arena_held(&arena), held);
}

/* Each page a little larger than the one before: blocks that became too small must not pile up. */
static void pages_that_grow_do_not_pile_up(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    size_t size = 70000;

    (void)state;
    for (; size < 400000; size += 101) {
        (void)arena_bytes(&arena, size);
        arena_reset(&arena);
    }
    assert_true(arena_held(&arena) < 4 * size);
}

static void a_mark_brings_back_the_very_place(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const char *kept = arena_text(&arena, "kept");
    const struct arena_mark outer = arena_mark(&arena);
    const char *first = arena_text(&arena, "first");
    struct arena_mark inner;

    (void)state;
    (void)arena_bytes(&arena, 200000);
    inner = arena_mark(&arena);
    (void)arena_bytes(&arena, 200000);
    arena_rewind(&arena, inner);
    arena_rewind(&arena, outer);
    assert_ptr_equal(arena_text(&arena, "other"), first);
    assert_string_equal(kept, "kept");
}

static void a_mark_of_an_empty_arena_rewinds_to_its_start(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct arena_mark mark = arena_mark(&arena);
    const char *first = arena_text(&arena, "first");

    (void)state;
    (void)arena_bytes(&arena, 200000);
    arena_rewind(&arena, mark);
    assert_ptr_equal(arena_text(&arena, "other"), first);
}

static void an_arena_may_be_used_again_after_it_was_done(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_int_equal(arena_held(&arena), 0);
    arena_done(&arena);
    arena_reset(&arena);
    (void)arena_alloc(&arena, 1);
    assert_true(arena_held(&arena) > 0);
    arena_done(&arena);
    assert_int_equal(arena_held(&arena), 0);
    assert_string_equal(arena_text(&arena, "again"), "again");
}

static void take_too_much(void)
{
    (void)heap_resize(NULL, SIZE_MAX / 4);
}

static struct arena overtaxed;

static void take_too_many(void)
{
    (void)arena_array(&overtaxed, SIZE_MAX / 4, 5);
}

static void take_all_there_is(void)
{
    (void)arena_bytes(&overtaxed, SIZE_MAX - 8);
}

static void out_of_memory_ends_the_process_and_says_so(void **state)
{
    const char *caught;

    (void)state;
    errors_catch();
    assert_true(ends_the_process(take_too_much));
    caught = errors_caught();
    assert_non_null(strstr(caught, "out of memory"));
    assert_non_null(strstr(caught, "again"));
    errors_catch();
    assert_true(ends_the_process(take_too_many));
    assert_true(ends_the_process(take_all_there_is));
    (void)errors_caught();
    arena_done(&overtaxed);
}

static void the_heap_gives_something_for_nothing(void **state)
{
    char *bytes = heap_resize(NULL, 0);

    (void)state;
    assert_non_null(bytes);
    bytes = heap_resize(bytes, 3);
    memcpy(bytes, "ab", 3);
    bytes = heap_resize(bytes, 5000);
    assert_string_equal(bytes, "ab");
    heap_free(bytes);
    heap_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_for_any_type),
        cmocka_unit_test(memory_is_zeroed_again_after_rewinding),
        cmocka_unit_test(what_was_taken_does_not_overlap),
        cmocka_unit_test(texts_are_copied_and_null_stays_null),
        cmocka_unit_test(a_slice_may_hold_a_nul),
        cmocka_unit_test(more_than_a_block_is_one_piece),
        cmocka_unit_test(rewinding_keeps_the_blocks_and_the_steady_state_takes_no_more),
        cmocka_unit_test(pages_that_grow_do_not_pile_up),
        cmocka_unit_test(a_mark_brings_back_the_very_place),
        cmocka_unit_test(a_mark_of_an_empty_arena_rewinds_to_its_start),
        cmocka_unit_test(an_arena_may_be_used_again_after_it_was_done),
        in_folder(out_of_memory_ends_the_process_and_says_so),
        cmocka_unit_test(the_heap_gives_something_for_nothing),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
