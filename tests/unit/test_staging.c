#include "harness/harness.h"

#include "core/clock.h"
#include "core/gate.h"
#include "harness/folder.h"
#include "store/staging.h"

#include <sys/stat.h>
#include <unistd.h>

/* Every test has a home of its own, an arena, and the path of one file in it. */
struct place {
    char home[PATH_SIZE], path[PATH_SIZE];
    struct arena arena;
};

static int place_open(void **state)
{
    struct place *place = heap_resize(NULL, sizeof *place);
    const char *parent = getenv("TMPDIR");
    struct err err;

    *place = (struct place){0};
    (void)snprintf(place->home, sizeof place->home, "%s/tagwerk-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(place->home));
    assert_true(path_join(place->path, &err, place->home, "run", "orders.in.gz", NULL));
    *state = place;
    return 0;
}

static int place_close(void **state)
{
    struct place *place = *state;

    tree_remove(place->home);
    arena_done(&place->arena);
    heap_free(place);
    return 0;
}

static const struct staging_head lines_head = {
    .stage = "in",
    .route = "shop-parcels",
    .run = "20240603T071244Z",
    .kind = KIND_ORDERS,
    .from_utc = 1717365600,
    .until_utc = 1717452000,
};

static const struct staging_head pages_head = {
    .stage = "raw",
    .route = "shop-parcels",
    .run = "20240603T071244Z",
    .kind = KIND_ORDERS,
    .from_utc = UNSAID,
    .until_utc = UNSAID,
};

/* --- Small steps that must work --------------------------------------------------------------- */

static void write_lines(struct place *place, const char *const *lines, size_t count)
{
    AUTO(staging_close) struct staging_out out = {0};
    struct err err;

    assert_true(staging_create(place->path, &lines_head, &out, &err));
    for (size_t i = 0; i < count; i++)
        assert_true(staging_put(&out, lines[i], strlen(lines[i]), &err));
    assert_true(staging_commit(&out, &err));
}

static void write_two_lines(struct place *place)
{
    static const char *const lines[] = {"{\"ref\":\"4711\"}", "{\"ref\":\"4712\"}"};

    write_lines(place, lines, 2);
}

static void open_it(struct place *place, struct staging_in *in)
{
    struct err err = {0};

    if (!staging_open(place->path, &place->arena, in, &err))
        fail_msg("%s", err.text);
}

static void expect_line(struct staging_in *in, const char *text)
{
    const char *line;
    size_t len;
    struct err err = {0};

    if (staging_next(in, &line, &len, &err) != NEXT_ITEM)
        fail_msg("no line '%s': %s", text, err.text);
    assert_string_equal(line, text);
    assert_int_equal(len, strlen(text));
}

static void expect_page(struct staging_in *in, const char *text)
{
    const char *body;
    size_t len;
    struct err err = {0};

    if (staging_next_page(in, &body, &len, &err) != NEXT_ITEM)
        fail_msg("no page '%s': %s", text, err.text);
    assert_string_equal(body, text);
    assert_int_equal(len, strlen(text));
}

static void expect_end(struct staging_in *in)
{
    const char *bytes;
    size_t len;
    struct err err = {0};
    enum next got =
        in->raw ? staging_next_page(in, &bytes, &len, &err) : staging_next(in, &bytes, &len, &err);

    if (got != NEXT_DONE)
        fail_msg("not the end: %s", err.text);
}

static void slurp(const struct place *place, struct buf *out)
{
    struct err err;

    assert_true(file_read(place->path, out, NULL, &err));
}

/* Not durably: these tests write hundreds. */
static void spill(const struct place *place, const struct buf *bytes)
{
    char folder[PATH_SIZE];
    FILE *file;
    struct err err;

    assert_true(path_join(folder, &err, place->home, "run", NULL));
    assert_true(folder_make(folder, &err));
    file = fopen(place->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    assert_int_equal(fclose(file), 0);
}

static void expect_not_opened(struct place *place, const char *words)
{
    struct staging_in in = {0};
    struct err err = {0};

    assert_false(staging_open(place->path, &place->arena, &in, &err));
    assert_false(in.open);
    assert_says(err, ERR_STORE, words);
    assert_says(err, ERR_STORE, place->path);
}

static void pack(const char *text, struct buf *into)
{
    struct gz_out gz;

    gz_out_init(&gz, 6);
    gz_out_put(&gz, text, strlen(text), into);
    gz_out_member_end(&gz, into);
    gz_out_done(&gz);
}

/* A file that holds what no writer of ours would write, with a trailer that fits. */
static void forge(struct place *place, const struct buf *content, unsigned count)
{
    AUTO(buf_done) struct buf file = {0};
    struct hash hash;
    char hex[DIGEST_HEX_SIZE], trailer[256];

    hash_begin(&hash);
    hash_add(&hash, content->data, content->len);
    hash_end(&hash, hex);
    (void)snprintf(trailer, sizeof trailer,
                   "{\"end\":true,\"count\":%u,\"bytes\":%zu,\"hash\":\"%s\"}\n", count,
                   content->len, hex);
    buf_put(&file, content->data, content->len);
    pack(trailer, &file);
    spill(place, &file);
}

#define HEAD_OF(stage)                                                                             \
    "{\"tagwerk\":1,\"stage\":\"" stage "\",\"flow\":\"orders\",\"route\":\"r\",\"run\":\"1\"}\n"

static void forge_text(struct place *place, const char *head, const char *rest, unsigned count)
{
    AUTO(buf_done) struct buf content = {0};

    pack(head, &content);
    if (rest)
        pack(rest, &content);
    forge(place, &content, count);
}

static void expect_unsound(const struct place *place, const char *words)
{
    struct err err = {0};
    uint64_t count = 77;

    assert_false(staging_verify(place->path, &count, &err));
    assert_says(err, ERR_STORE, words);
    assert_int_equal(count, 77);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void what_was_put_is_read_back_in_order(void **state)
{
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in in = {0};

    write_two_lines(place);
    open_it(place, &in);
    assert_int_equal(in.total, 2);
    expect_line(&in, "{\"ref\":\"4711\"}");
    expect_line(&in, "{\"ref\":\"4712\"}");
    expect_end(&in);
    assert_int_equal(in.count, 2);
}

static void the_header_says_where_a_file_comes_from(void **state)
{
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(staging_close) struct staging_out out = {0};
    struct staging_head head = lines_head;
    struct err err;

    head.stage = "out";
    head.mapping = "0e5751c026e543b2";
    assert_true(staging_create(place->path, &head, &out, &err));
    assert_true(staging_commit(&out, &err));
    open_it(place, &in);
    assert_string_equal(in.head.stage, "out");
    assert_string_equal(in.head.route, "shop-parcels");
    assert_string_equal(in.head.run, "20240603T071244Z");
    assert_string_equal(in.head.mapping, "0e5751c026e543b2");
    assert_int_equal(in.head.kind, KIND_ORDERS);
    assert_int_equal(in.head.from_utc, 1717365600);
    assert_int_equal(in.head.until_utc, 1717452000);
}

static void a_file_without_lines_is_whole(void **state)
{
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in in = {0};
    uint64_t count = 77;
    struct err err;

    write_lines(place, NULL, 0);
    open_it(place, &in);
    expect_end(&in);
    expect_end(&in);
    assert_true(staging_verify(place->path, &count, &err));
    assert_int_equal(count, 0);
}

static void an_empty_line_is_a_line(void **state)
{
    static const char *const lines[] = {"", "x", ""};
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in in = {0};

    write_lines(place, lines, 3);
    open_it(place, &in);
    expect_line(&in, "");
    expect_line(&in, "x");
    expect_line(&in, "");
    expect_end(&in);
}

/* More than the buffers of writer and reader hold, with lines across their borders. */
static void many_lines_pass_through_small_buffers(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    char line[2000];
    unsigned noise = 1;
    struct err err;

    assert_true(staging_create(place->path, &lines_head, &out, &err));
    for (unsigned i = 0; i < 1000; i++) {
        size_t len = (size_t)snprintf(line, sizeof line, "%u:", i);

        for (; len < 100 + i; len++) {
            noise = noise * 1103515245u + 12345u;
            line[len] = (char)('!' + noise / 65536 % 90);
        }
        assert_true(staging_put(&out, line, len, &err));
    }
    assert_true(staging_commit(&out, &err));

    open_it(place, &in);
    for (unsigned i = 0; i < 1000; i++) {
        const char *got;
        size_t len;

        assert_int_equal(staging_next(&in, &got, &len, &err), NEXT_ITEM);
        assert_int_equal(strtoul(got, NULL, 10), i);
        assert_true(len >= 100 + i && got[len] == '\0');
    }
    expect_end(&in);
}

static void the_longest_line_passes_and_a_longer_one_is_refused(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    size_t len = STAGING_LINE_MAX + 1;
    char *line = heap_resize(NULL, len);
    const char *got;
    struct err err;

    memset(line, 'x', len);
    assert_true(staging_create(place->path, &lines_head, &out, &err));
    assert_false(staging_put(&out, line, len, &err));
    assert_says(err, ERR_RECORD, "too long");
    assert_true(staging_put(&out, line, len - 1, &err));
    assert_true(staging_commit(&out, &err));
    heap_free(line);
    open_it(place, &in);
    assert_int_equal(staging_next(&in, &got, &len, &err), NEXT_ITEM);
    assert_int_equal(len, STAGING_LINE_MAX);
    expect_end(&in);
}

static void a_record_with_a_line_break_is_refused(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    struct err err;

    assert_true(staging_create(place->path, &lines_head, &out, &err));
    assert_false(staging_put(&out, "a\nb", 3, &err));
    assert_says(err, ERR_RECORD, "line break");
}

/* --- A file is there whole or not at all ------------------------------------------------------ */

static void an_uncommitted_file_does_not_appear(void **state)
{
    struct place *place = *state;
    struct staging_out out = {0};
    struct err err;

    assert_true(staging_create(place->path, &lines_head, &out, &err));
    assert_true(staging_put(&out, "x", 1, &err));
    assert_false(file_exists(place->path));
    staging_close(&out);
    assert_false(file_exists(place->path));
    expect_not_opened(place, "is not there");
}

/* REQ-A11 */
static void files_are_for_their_owner_only(void **state)
{
    struct place *place = *state;
    struct stat st;
    char folder[PATH_SIZE];
    struct err err;

    write_two_lines(place);
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(path_join(folder, &err, place->home, "run", NULL));
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void a_file_without_trailer_is_not_opened(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf content = {0};

    pack(HEAD_OF("in"), &content);
    pack("{\"ref\":\"4711\"}\n", &content);
    spill(place, &content);
    expect_not_opened(place, "not whole");
    expect_not_opened(place, "tagwerk rerun DAY");
}

/* However many bytes are lost at the end, and whatever is added there. */
static void a_cut_or_lengthened_file_is_not_opened(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf whole = {0};
    struct buf cut;

    write_two_lines(place);
    slurp(place, &whole);
    cut = whole;
    for (cut.len = 0; cut.len < whole.len; cut.len++) {
        spill(place, &cut);
        expect_not_opened(place, "not whole");
    }
    buf_char(&whole, '\n');
    spill(place, &whole);
    expect_not_opened(place, "not whole");
    buf_reset(&whole);
    buf_char(&whole, '\0');
    spill(place, &whole);
    expect_not_opened(place, "not whole");
}

/* One flipped bit, anywhere. */
static void a_damaged_file_is_not_opened(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};

    write_two_lines(place);
    slurp(place, &bytes);
    for (size_t at = 0; at < bytes.len; at++) {
        struct staging_in in = {0};
        struct err err = {0};

        bytes.data[at] ^= 0x10;
        spill(place, &bytes);
        /* The gzip header's time stamp and system are no content, and the trailer's are not hashed.
         */
        if (staging_open(place->path, &place->arena, &in, &err)) {
            assert_true(at > bytes.len - 200);
            expect_line(&in, "{\"ref\":\"4711\"}");
            expect_line(&in, "{\"ref\":\"4712\"}");
            expect_end(&in);
        }
        staging_in_close(&in);
        bytes.data[at] ^= 0x10;
    }
}

static void a_damaged_file_of_ours_names_the_command_that_makes_it(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    struct err err;

    assert_true(path_join(place->path, &err, place->home, "run", "orders.out.gz", NULL));
    write_two_lines(place);
    slurp(place, &bytes);
    bytes.data[40] ^= 1;
    spill(place, &bytes);
    expect_not_opened(place, "hash differs");
    expect_not_opened(place, "tagwerk transform");
}

static void something_else_is_not_opened(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE + 1];
    uint64_t count;
    AUTO(buf_done) struct buf bytes = {0};
    struct err err;

    buf_text(&bytes, "order;weight\n4711;3\n");
    spill(place, &bytes);
    expect_not_opened(place, "not whole");
    assert_true(path_join(place->path, &err, place->home, "run", NULL));
    expect_not_opened(place, "not a file");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_false(staging_verify(path, &count, &err));
    assert_says(err, ERR_STORE, "too long");
}

static void a_file_of_a_newer_format_is_refused_with_advice(void **state)
{
    struct place *place = *state;

    forge_text(place, "{\"tagwerk\":2,\"stage\":\"in\"}\n", NULL, 0);
    expect_not_opened(place, "format 2, this tagwerk reads format 1");
}

static void a_header_must_say_what_it_must_say(void **state)
{
    static const char *const heads[][2] = {
        {"{\"stage\":\"in\"}\n", "no staging file"},
        {"{\"tagwerk\":\"x\"}\n", "no staging file"},
        {"{\"tagwerk\":-1}\n", "no staging file"},
        {"{\"tagwerk\":1}\n", "lacks"},
        {"{\"tagwerk\":1,\"stage\":\"in\",\"route\":\"r\",\"run\":\"1\",\"flow\":\"odours\"}\n",
         "lacks"},
        {"hello\n", "not JSON"},
        {"", "not JSON"},
    };
    struct place *place = *state;

    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        forge_text(place, heads[i][0], NULL, 0);
        expect_not_opened(place, heads[i][1]);
    }
}

static void a_file_of_nothing_but_a_trailer_is_refused(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf empty = {0};

    buf_text(&empty, "");
    forge(place, &empty, 0);
    expect_not_opened(place, "no staging file");
}

static void a_header_that_never_ends_is_refused(void **state)
{
    struct place *place = *state;
    size_t len = (size_t)1 << 20;
    char *head = heap_resize(NULL, len + 1);

    memset(head, ' ', len);
    head[len] = '\0';
    forge_text(place, head, NULL, 0);
    heap_free(head);
    expect_not_opened(place, "too long");
}

/* The count is checked too: a writer with an error must not pass. */
static void a_count_that_does_not_fit_ends_in_failure(void **state)
{
    struct place *place = *state;
    struct err err = {0};
    uint64_t count = 0;

    forge_text(place, HEAD_OF("in"), "a\nb\n", 3);
    expect_unsound(place, "does not hold what its last line counts");
    forge_text(place, HEAD_OF("in"), "a\nb\n", 2);
    assert_true(staging_verify(place->path, &count, &err));
    assert_int_equal(count, 2);
}

static void half_a_line_at_the_end_is_a_failure(void **state)
{
    struct place *place = *state;

    forge_text(place, HEAD_OF("in"), "a\nb", 1);
    expect_unsound(place, "does not hold");
}

static void content_that_breaks_off_is_a_failure(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf content = {0};

    pack(HEAD_OF("in"), &content);
    pack("a\nb\n", &content);
    content.len -= 12;
    forge(place, &content, 2);
    expect_unsound(place, "rerun DAY");
}

static void content_that_is_not_gzip_is_a_failure(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf content = {0};

    pack(HEAD_OF("in"), &content);
    buf_text(&content, "a\nb\n and so on and so forth");
    forge(place, &content, 2);
    expect_unsound(place, "rerun DAY");
}

/* 8 MiB of one letter fit in 8 KB: what is small on disk must not eat memory. */
static void a_line_that_inflates_without_end_is_refused(void **state)
{
    struct place *place = *state;
    size_t len = 2 * STAGING_LINE_MAX;
    char *bomb = heap_resize(NULL, len + 1);

    memset(bomb, 'x', len);
    bomb[len] = '\0';
    forge_text(place, HEAD_OF("in"), bomb, 1);
    heap_free(bomb);
    expect_unsound(place, "longer than staging allows");
}

/* Several members, as parallel writers would make them, are one content. */
static void lines_may_come_in_several_members(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf content = {0};
    AUTO(staging_in_close) struct staging_in in = {0};

    pack(HEAD_OF("in"), &content);
    pack("one\ntw", &content);
    pack("o\nthree\n", &content);
    forge(place, &content, 3);
    open_it(place, &in);
    expect_line(&in, "one");
    expect_line(&in, "two");
    expect_line(&in, "three");
    expect_end(&in);
}

/* An auditor needs no tool of ours: zcat shows the file, head and b2sum check it. */
static void the_file_can_be_checked_with_everyday_tools(void **state)
{
    struct place *place = *state;
    char command[3 * PATH_SIZE];

    write_two_lines(place);
    (void)snprintf(
        command, sizeof command,
        "f='%s'; t=$(zcat $f | tail -n 1) && m=${t#*bytes\\\":} && m=${m%%%%,*} && "
        "h=$(head -c $m $f | b2sum -l 256) && case $t in *\"${h%%%% *}\"*) ;; *) exit 1; esac && "
        "test $(zcat $f | wc -l) = 4",
        place->path);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): the point of the test
}

/* --- Pages ------------------------------------------------------------------------------------ */

/* REQ-Z2 */
static void pages_are_kept_as_they_came(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(buf_done) struct buf packed = {0};
    AUTO(buf_done) struct buf file = {0};
    struct err err;

    pack("{\"page\":", &packed);
    pack("\"two\"}", &packed);
    assert_true(staging_create(place->path, &pages_head, &out, &err));
    assert_true(staging_put_page(&out, "<page>one</page>", 16, false, &err));
    assert_true(staging_put_page(&out, packed.data, packed.len, true, &err));
    assert_true(staging_put_page(&out, "", 0, false, &err));
    assert_true(staging_put_page(&out, "", 0, true, &err));
    assert_true(staging_commit(&out, &err));

    slurp(place, &file);
    assert_true(file.len > packed.len);
    open_it(place, &in);
    assert_int_equal(in.head.from_utc, UNSAID);
    expect_page(&in, "<page>one</page>");
    expect_page(&in, "{\"page\":\"two\"}");
    expect_page(&in, "");
    expect_page(&in, "");
    expect_end(&in);
    assert_int_equal(in.count, 4);
}

static void write_pages_with_a_bad_one(struct place *place)
{
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(buf_done) struct buf packed = {0};
    struct err err;

    pack("{\"orders\":[]}", &packed);
    assert_true(staging_create(place->path, &pages_head, &out, &err));
    assert_true(staging_put_page(&out, packed.data, packed.len - 9, true, &err));
    assert_true(staging_put_page(&out, "<html>sorry</html>", 18, true, &err));
    assert_true(staging_put_page(&out, packed.data, packed.len, true, &err));
    assert_true(staging_commit(&out, &err));
}

/* One bad page does not stop the others, and does not shift them. */
static void a_page_that_came_damaged_is_passed_over(void **state)
{
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in in = {0};
    const char *body;
    size_t len;
    uint64_t count;
    struct err err = {0};

    write_pages_with_a_bad_one(place);
    open_it(place, &in);
    assert_int_equal(staging_next_page(&in, &body, &len, &err), NEXT_FAILED);
    assert_says(err, ERR_RECORD, "page 1 is damaged as it was received");
    assert_int_equal(staging_next_page(&in, &body, &len, &err), NEXT_FAILED);
    assert_says(err, ERR_RECORD, "page 2 is damaged as it was received");
    expect_page(&in, "{\"orders\":[]}");
    expect_end(&in);
    assert_true(staging_verify(place->path, &count, &err));
    assert_int_equal(count, 3);
}

static void pages_larger_than_the_buffers_pass(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    size_t len = (size_t)1 << 20;
    char *page = heap_resize(NULL, len);
    unsigned noise = 7;
    const char *body;
    struct err err;

    for (size_t i = 0; i < len; i++) {
        noise = noise * 1103515245u + 12345u;
        page[i] = (char)(noise >> 16);
    }
    assert_true(staging_create(place->path, &pages_head, &out, &err));
    for (int i = 0; i < 3; i++)
        assert_true(staging_put_page(&out, page, len, false, &err));
    assert_true(staging_commit(&out, &err));
    open_it(place, &in);
    for (int i = 0; i < 3; i++) {
        size_t got;

        assert_int_equal(staging_next_page(&in, &body, &got, &err), NEXT_ITEM);
        assert_int_equal(got, len);
        assert_memory_equal(body, page, len);
    }
    expect_end(&in);
    heap_free(page);
}

static void a_page_too_large_for_staging_is_refused(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    struct err err;

    assert_true(staging_create(place->path, &pages_head, &out, &err));
    assert_false(staging_put_page(&out, "", STAGING_PAGE_MAX + 1, true, &err));
    assert_says(err, ERR_RECORD, "too large");
}

static void page_marks_must_make_sense(void **state)
{
    static const char *const marks[][2] = {
        {"{\"page\":1,\"bytes\":4711}\n", "not as long as its mark says"},
        {"{\"page\":1,\"bytes\":9223372036854775807}\n", "not as long as its mark says"},
        {"{\"page\":1}\n", "does not say how long"},
        {"[", "not JSON"},
    };
    struct place *place = *state;
    AUTO(buf_done) struct buf content = {0};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        forge_text(place, HEAD_OF("raw"), marks[i][0], 1);
        expect_unsound(place, marks[i][1]);
    }
    pack(HEAD_OF("raw"), &content);
    buf_text(&content, "no mark at all, and no gzip either");
    forge(place, &content, 1);
    expect_unsound(place, "rerun DAY");
}

static void pages_are_not_lines_and_lines_are_no_pages(void **state)
{
    struct place *place = *state;
    AUTO(staging_in_close) struct staging_in lines = {0};
    AUTO(staging_in_close) struct staging_in pages = {0};
    const char *bytes;
    size_t len;
    struct err err = {0};

    write_two_lines(place);
    open_it(place, &lines);
    assert_int_equal(staging_next_page(&lines, &bytes, &len, &err), NEXT_FAILED);
    write_pages_with_a_bad_one(place);
    open_it(place, &pages);
    assert_int_equal(staging_next(&pages, &bytes, &len, &err), NEXT_FAILED);
    assert_int_equal(err.kind, ERR_STORE);
}

/* Digits without a pattern: they hardly pack. */
static void noise_put(struct buf *out)
{
    for (unsigned i = 0; i < 100000; i++)
        buf_format(out, "%u ", i * 2654435761u);
}

static void a_file_of_pages_that_shrinks_while_it_is_read_is_noticed(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(buf_done) struct buf page = {0};
    const char *body;
    size_t len;
    struct err err = {0};

    noise_put(&page);
    assert_true(staging_create(place->path, &pages_head, &out, &err));
    assert_true(staging_put_page(&out, page.data, page.len, false, &err));
    assert_true(staging_commit(&out, &err));
    open_it(place, &in);
    assert_int_equal(truncate(place->path, 1000), 0);
    assert_int_equal(staging_next_page(&in, &body, &len, &err), NEXT_FAILED);
    assert_says(err, ERR_STORE, "became shorter");
}

static void a_file_of_lines_that_shrinks_while_it_is_read_is_noticed(void **state)
{
    struct place *place = *state;
    AUTO(staging_close) struct staging_out out = {0};
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(buf_done) struct buf line = {0};
    const char *got;
    size_t len;
    struct err err = {0};

    noise_put(&line);
    assert_true(staging_create(place->path, &lines_head, &out, &err));
    assert_true(staging_put(&out, line.data, line.len, &err));
    assert_true(staging_commit(&out, &err));
    open_it(place, &in);
    assert_int_equal(truncate(place->path, 1000), 0);
    assert_int_equal(staging_next(&in, &got, &len, &err), NEXT_FAILED);
    assert_says(err, ERR_STORE, "became shorter");
}

/* --- The machine ------------------------------------------------------------------------------ */

static void a_file_in_a_place_that_cannot_be_is_an_error(void **state)
{
    struct place *place = *state;
    struct staging_out out = {0};
    struct err err = {0};

    write_two_lines(place);
    (void)snprintf(place->path + strlen(place->path), 32, "/below/a/file.gz");
    assert_false(staging_create(place->path, &lines_head, &out, &err));
    assert_int_equal(err.kind, ERR_STORE);
    staging_close(&out);
    expect_not_opened(place, "cannot read");
}

/* The n-th durable step from now on fails, as on a full disk. 0: none does. */
static void fail_at(unsigned n)
{
    uint64_t passed = 0;
    char text[24];

    for (int gate = 0; gate < GATE_COUNT; gate++)
        passed += gate_count((enum gate)gate);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)passed + n);
    assert_int_equal(n ? setenv("TAGWERK_FAIL_AT", text, 1) : unsetenv("TAGWERK_FAIL_AT"), 0);
}

static bool try_to_write(struct place *place, struct err *err)
{
    AUTO(staging_close) struct staging_out out = {0};

    return staging_create(place->path, &lines_head, &out, err) && staging_put(&out, "x", 1, err) &&
           staging_commit(&out, err);
}

/* Whichever durable step fails: the file is there whole or not at all, and the next try makes it.
 */
static void a_failing_disk_leaves_a_whole_file_or_none(void **state)
{
    struct place *place = *state;
    unsigned failed = 0;
    struct err err = {0};

    for (;; failed++) {
        uint64_t count;

        fail_at(failed + 1);
        if (try_to_write(place, &err))
            break;
        assert_int_equal(err.kind, ERR_STORE);
        assert_true(!file_exists(place->path) || staging_verify(place->path, &count, &err));
        assert_true(file_remove(place->path, &err));
    }
    fail_at(0);
    assert_true(failed >= 5); /* create, write twice, sync, rename, sync the folder */
    assert_true(file_exists(place->path));
}

/* --- Where files stand ------------------------------------------------------------------------ */

static void a_file_has_its_place_by_route_day_and_run(void **state)
{
    char folder[PATH_SIZE], path[PATH_SIZE];
    struct err err;

    (void)state;
    assert_true(
        staging_folder("/home/shop", "shop-parcels", civil_days(2024, 6, 3), "0712", folder, &err));
    assert_string_equal(folder, "/home/shop/staging/shop-parcels/2024-06-03/0712");
    assert_true(staging_file(folder, KIND_SHIPMENTS, "raw", path, &err));
    assert_string_equal(path, "/home/shop/staging/shop-parcels/2024-06-03/0712/shipments.raw.gz");
}

static void runs_are_found_newest_first(void **state)
{
    static const char *const made[][2] = {
        {"2024-06-03", "0700"}, {"2024-06-02", "2300"}, {"2024-06-03", "0800"}, {"notes", "x"}};
    struct place *place = *state;
    struct staged_run *runs;
    size_t count;
    struct err err;

    assert_true(staging_runs(place->home, "shop-parcels", &place->arena, &runs, &count, &err));
    assert_int_equal(count, 0);
    for (size_t i = 0; i < ARRAY_LEN(made); i++) {
        char path[PATH_SIZE];

        assert_true(path_join(path, &err, place->home, "staging/shop-parcels", made[i][0],
                              made[i][1], NULL));
        assert_true(folder_make(path, &err));
    }
    assert_true(staging_runs(place->home, "shop-parcels", &place->arena, &runs, &count, &err));
    assert_int_equal(count, 3);
    assert_string_equal(runs[0].run, "0800");
    assert_int_equal(runs[0].day, civil_days(2024, 6, 3));
    assert_string_equal(runs[1].run, "0700");
    assert_string_equal(runs[2].run, "2300");
    assert_non_null(strstr(runs[2].folder, "/staging/shop-parcels/2024-06-02/2300"));
}

static void many_runs_of_a_day_are_all_found(void **state)
{
    struct place *place = *state;
    struct staged_run *runs;
    size_t count;
    struct err err;

    for (unsigned i = 0; i < 100; i++) {
        char path[PATH_SIZE], name[16];

        (void)snprintf(name, sizeof name, "%04u", i);
        assert_true(path_join(path, &err, place->home, "staging/r/2024-06-03", name, NULL));
        assert_true(folder_make(path, &err));
    }
    assert_true(staging_runs(place->home, "r", &place->arena, &runs, &count, &err));
    assert_int_equal(count, 100);
    assert_string_equal(runs[0].run, "0099");
    assert_string_equal(runs[99].run, "0000");
}

static void put_file(const struct place *place, const char *where)
{
    char path[PATH_SIZE];
    struct err err;

    assert_true(path_join(path, &err, place->home, where, NULL));
    assert_true(file_put(path, "x", 1, &err));
}

static void a_file_in_place_of_a_folder_is_an_error(void **state)
{
    struct place *place = *state;
    struct staged_run *runs;
    size_t count;
    struct err err = {0};

    put_file(place, "staging/one");
    assert_false(staging_runs(place->home, "one", &place->arena, &runs, &count, &err));
    assert_int_equal(err.kind, ERR_STORE);
    put_file(place, "staging/two/2024-06-03");
    assert_false(staging_runs(place->home, "two", &place->arena, &runs, &count, &err));
    assert_int_equal(err.kind, ERR_STORE);
}

/* A home whose folders just fit, and what is in them does not. */
static void a_run_too_far_from_the_root_is_an_error(void **state)
{
    struct place *place = *state;
    struct staged_run *runs;
    size_t count, len = strlen(place->home);
    char path[PATH_SIZE], home[PATH_SIZE];
    struct err err = {0};

    assert_true(path_join(path, &err, place->home, "staging/r/2024-06-03/0123456789", NULL));
    assert_true(folder_make(path, &err));
    memcpy(home, place->home, len + 1);
    for (; len + strlen("/staging/r/2024-06-03/") < PATH_SIZE - 2; len += 2)
        (void)snprintf(home + len, 3, "/.");
    assert_false(staging_runs(home, "r", &place->arena, &runs, &count, &err));
    assert_says(err, ERR_SETUP, "nearer to the root");
}

#define test(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

static const struct CMUnitTest tests[] = {
    test(what_was_put_is_read_back_in_order),
    test(the_header_says_where_a_file_comes_from),
    test(a_file_without_lines_is_whole),
    test(an_empty_line_is_a_line),
    test(many_lines_pass_through_small_buffers),
    test(the_longest_line_passes_and_a_longer_one_is_refused),
    test(a_record_with_a_line_break_is_refused),
    test(an_uncommitted_file_does_not_appear),
    test(files_are_for_their_owner_only),
    test(a_file_without_trailer_is_not_opened),
    test(a_cut_or_lengthened_file_is_not_opened),
    test(a_damaged_file_is_not_opened),
    test(a_damaged_file_of_ours_names_the_command_that_makes_it),
    test(something_else_is_not_opened),
    test(a_file_of_a_newer_format_is_refused_with_advice),
    test(a_header_must_say_what_it_must_say),
    test(a_file_of_nothing_but_a_trailer_is_refused),
    test(a_header_that_never_ends_is_refused),
    test(a_count_that_does_not_fit_ends_in_failure),
    test(half_a_line_at_the_end_is_a_failure),
    test(content_that_breaks_off_is_a_failure),
    test(content_that_is_not_gzip_is_a_failure),
    test(a_line_that_inflates_without_end_is_refused),
    test(lines_may_come_in_several_members),
    test(the_file_can_be_checked_with_everyday_tools),
    test(pages_are_kept_as_they_came),
    test(a_page_that_came_damaged_is_passed_over),
    test(pages_larger_than_the_buffers_pass),
    test(a_page_too_large_for_staging_is_refused),
    test(page_marks_must_make_sense),
    test(pages_are_not_lines_and_lines_are_no_pages),
    test(a_file_of_pages_that_shrinks_while_it_is_read_is_noticed),
    test(a_file_of_lines_that_shrinks_while_it_is_read_is_noticed),
    test(a_file_in_a_place_that_cannot_be_is_an_error),
    test(a_failing_disk_leaves_a_whole_file_or_none),
    test(a_file_has_its_place_by_route_day_and_run),
    test(runs_are_found_newest_first),
    test(many_runs_of_a_day_are_all_found),
    test(a_file_in_place_of_a_folder_is_an_error),
    test(a_run_too_far_from_the_root_is_an_error),
};

int main(void)
{
    struct err err;

    if (!hash_open(&err))
        return 1;
    return cmocka_run_group_tests_name("staging", tests, NULL, NULL);
}
