#include "harness/harness.h"

#include "core/file.h"
#include "core/gate.h"
#include "harness/folder.h"
#include "store/inbox.h"
#include "wire/hash.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define BODY "{\"key\": \"value\"}"
#define SIGNATURE "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
#define BODY_2                                                                                     \
    "{\"action\":\"parcel_status_changed\",\"timestamp\":1717400000000,\"parcel\":{\"id\":4711}}"
#define SIGNATURE_2 "4d3c7b4c3589cb0c93af0cac6a1204bbeb254f89eb7b8ac4f43a32fbd3e21834"

static bool signed_with(const void *context, const char *signature, const void *body, size_t len)
{
    return hmac_sha256_matches(context, body, len, signature);
}

static bool anybody(const void *context, const char *signature, const void *body, size_t len)
{
    (void)context;
    (void)signature;
    (void)body;
    (void)len;
    return true;
}

static const struct inbox_door doors[] = {
    {"/sendcloud/parcels", "parcels", "Sendcloud-Signature", signed_with, "secretkey"},
    {"/sendcloud/second", "second", "sendcloud-signature", signed_with, "0123456789abcdef"},
    {"/open", "open", "X-Any", anybody, NULL},
    {0},
};

/* Every test has an inbox that listens, over a home of its own. */
struct place {
    char home[PATH_SIZE];
    struct inbox *inbox;
    unsigned port;
    struct arena arena;
};

static int place_open(void **state)
{
    struct place *place = heap_resize(NULL, sizeof *place);
    const char *parent = getenv("TMPDIR");
    struct err err = {0};

    *place = (struct place){0};
    (void)snprintf(place->home, sizeof place->home, "%s/tagwerk-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(place->home));
    if (!inbox_start(place->home, "127.0.0.1", &place->port, doors, &place->inbox, &err))
        fail_msg("%s", err.text);
    *state = place;
    return 0;
}

static int place_close(void **state)
{
    struct place *place = *state;

    inbox_stop(place->inbox);
    tree_remove(place->home);
    arena_done(&place->arena);
    heap_free(place);
    return 0;
}

/* --- A sender --------------------------------------------------------------------------------- */

static int dial(const struct place *place)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)place->port)};
    struct timeval patience = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t took = send(fd, at, len, MSG_NOSIGNAL);

        if (took <= 0)
            return; /* hung up on: the answer says why */
        at += took;
        len -= (size_t)took;
    }
}

/* The status of the answer; 0 when there is none. */
static unsigned hear(int fd)
{
    char answer[1024] = "";
    size_t len = 0;
    ssize_t got;

    while (len < sizeof answer - 1 && !strstr(answer, "\r\n\r\n") &&
           (got = recv(fd, answer + len, sizeof answer - 1 - len, 0)) > 0) {
        len += (size_t)got;
        answer[len] = '\0';
    }
    return len > 12 ? (unsigned)strtoul(answer + 9, NULL, 10) : 0;
}

static unsigned ask(const struct place *place, const char *head, const void *body, size_t len)
{
    int fd = dial(place);
    unsigned status;

    say(fd, head, strlen(head));
    say(fd, body, len);
    status = hear(fd);
    (void)close(fd);
    return status;
}

static unsigned post(struct place *place, const char *path, const char *signature, const char *body)
{
    const char *head = arena_format(&place->arena,
                                    "POST %s HTTP/1.1\r\nHost: localhost\r\n"
                                    "sendcloud-SIGNATURE: %s\r\nContent-Length: %zu\r\n\r\n",
                                    path, signature, strlen(body));

    return ask(place, head, body, strlen(body));
}

static size_t waiting(struct place *place, const char *account, struct inbox_file **files)
{
    size_t count = 77;
    struct err err = {0};

    if (!inbox_waiting(place->home, account, SIZE_MAX, &place->arena, files, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

static void expect_counts(const struct place *place, uint64_t stored, uint64_t refused)
{
    uint64_t stored_now, refused_now;

    inbox_counts(place->inbox, &stored_now, &refused_now);
    assert_int_equal(stored_now, stored);
    assert_int_equal(refused_now, refused);
}

static void expect_nothing_stored(struct place *place)
{
    struct inbox_file *files;

    for (const struct inbox_door *door = doors; door->path; door++)
        assert_int_equal(waiting(place, door->account, &files), 0);
}

/* --- What is stored --------------------------------------------------------------------------- */

/* REQ-A6: the vendor's own test vector. */
static void a_signed_event_is_stored_before_the_answer(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;

    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    assert_int_equal(waiting(place, "parcels", &files), 1);
    assert_string_equal(files[0].body, BODY);
    assert_int_equal(files[0].len, strlen(BODY));
    expect_counts(place, 1, 0);
}

static void each_account_has_its_own_key_and_folder(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;

    assert_int_equal(post(place, "/sendcloud/second", SIGNATURE_2, BODY_2), 200);
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE_2, BODY_2), 401);
    assert_int_equal(waiting(place, "parcels", &files), 0);
    assert_int_equal(waiting(place, "second", &files), 1);
    assert_string_equal(files[0].body, BODY_2);
}

/* The same event, delivered at least once, is one file. */
static void an_event_delivered_twice_is_one_file(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    struct err err;

    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    assert_int_equal(waiting(place, "parcels", &files), 1);
    expect_counts(place, 1, 0);
    assert_true(inbox_taken(&files[0], &err));
    assert_int_equal(waiting(place, "parcels", &files), 0);
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    assert_int_equal(waiting(place, "parcels", &files), 1);
}

static void several_events_wait_oldest_first(void **state)
{
    static const char *const bodies[] = {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"};
    struct place *place = *state;
    struct inbox_file *files;
    size_t count = 0;
    struct err err;

    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        const char *head =
            arena_format(&place->arena, "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\n"
                                        "Content-Length: 7\r\n\r\n");
        char path[PATH_SIZE], name[64];

        assert_int_equal(ask(place, head, bodies[i], 7), 200);
        assert_int_equal(waiting(place, "open", &files), 1);
        /* Later ones may come in the same millisecond: the test says when. */
        (void)snprintf(name, sizeof name, "%016zu-x.json", 10 - i);
        assert_true(path_join(path, &err, place->home, "staging/inbox/keep", NULL));
        assert_true(folder_make(path, &err));
        assert_true(path_join(path, &err, path, name, NULL));
        assert_true(file_put(path, files[0].body, files[0].len, &err));
        assert_true(inbox_taken(&files[0], &err));
    }
    assert_true(inbox_waiting(place->home, "keep", 2, &place->arena, &files, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(files[0].body, bodies[2]);
    assert_string_equal(files[1].body, bodies[1]);
}

/* REQ-A11 */
static void files_are_for_their_owner_only_and_named_by_time_and_digest(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    const char *name;
    struct stat st;

    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    assert_int_equal(waiting(place, "parcels", &files), 1);
    assert_int_equal(stat(files[0].path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    name = strrchr(files[0].path, '/') + 1;
    assert_int_equal(strlen(name), 16 + 1 + 16 + 5);
    assert_int_equal(strspn(name, "0123456789"), 16);
    assert_int_equal(strspn(name + 17, "0123456789abcdef"), 16);
}

static void a_body_may_come_in_pieces(void **state)
{
    static const char head[] = "POST /sendcloud/parcels HTTP/1.1\r\nHost: x\r\n"
                               "Sendcloud-Signature: " SIGNATURE "\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    struct place *place = *state;
    struct inbox_file *files;
    int fd = dial(place);

    say(fd, head, strlen(head));
    say(fd, "6\r\n{\"key\"\r\n", 11);
    say(fd, "a\r\n: \"value\"}\r\n0\r\n\r\n", 20);
    assert_int_equal(hear(fd), 200);
    (void)close(fd);
    assert_int_equal(waiting(place, "parcels", &files), 1);
    assert_string_equal(files[0].body, BODY);
}

/* --- What is not ------------------------------------------------------------------------------ */

static void a_wrong_or_missing_signature_is_refused(void **state)
{
    struct place *place = *state;
    char wrong[] = SIGNATURE;

    wrong[0] ^= 1;
    assert_int_equal(post(place, "/sendcloud/parcels", wrong, BODY), 401);
    assert_int_equal(post(place, "/sendcloud/parcels", "", BODY), 401);
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY " "), 401);
    assert_int_equal(ask(place,
                         "POST /sendcloud/parcels HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                         "", 0),
                     401);
    expect_counts(place, 0, 4);
    expect_nothing_stored(place);
}

static void an_unknown_address_is_refused(void **state)
{
    struct place *place = *state;

    assert_int_equal(post(place, "/sendcloud", SIGNATURE, BODY), 404);
    assert_int_equal(post(place, "/sendcloud/parcels/", SIGNATURE, BODY), 404);
    assert_int_equal(post(place, "/../sendcloud/parcels", SIGNATURE, BODY), 404);
    assert_int_equal(post(place, "/", SIGNATURE, BODY), 404);
    expect_nothing_stored(place);
}

static void only_post_is_taken(void **state)
{
    struct place *place = *state;

    assert_int_equal(ask(place, "GET /sendcloud/parcels HTTP/1.1\r\nHost: x\r\n\r\n", "", 0), 405);
    assert_int_equal(ask(place,
                         "PUT /sendcloud/parcels HTTP/1.1\r\nHost: x\r\n"
                         "Sendcloud-Signature: " SIGNATURE "\r\nContent-Length: 16\r\n\r\n",
                         BODY, strlen(BODY)),
                     405);
    expect_nothing_stored(place);
}

/* One byte more than an event may have: announced, and unannounced. */
static void a_body_that_is_too_big_is_refused(void **state)
{
    static const char chunked[] = "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n";
    struct place *place = *state;
    AUTO(buf_done) struct buf body = {0};
    size_t len = INBOX_BODY_MAX + 1;

    buf_format(&body, "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\nContent-Length: %zu\r\n\r\n",
               len);
    assert_int_equal(ask(place, body.data, "", 0), 413);
    buf_reset(&body);
    buf_format(&body, "%zx\r\n%0*d\r\n0\r\n\r\n", len, (int)len, 0);
    assert_int_equal(ask(place, chunked, body.data, body.len), 413);
    expect_nothing_stored(place);
}

static void the_largest_body_is_taken(void **state)
{
    struct place *place = *state;
    char *body = heap_resize(NULL, INBOX_BODY_MAX);
    const char *head = arena_format(&place->arena,
                                    "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\n"
                                    "Content-Length: %zu\r\n\r\n",
                                    INBOX_BODY_MAX);
    struct inbox_file *files;

    memset(body, 'x', INBOX_BODY_MAX);
    assert_int_equal(ask(place, head, body, INBOX_BODY_MAX), 200);
    heap_free(body);
    assert_int_equal(waiting(place, "open", &files), 1);
    assert_int_equal(files[0].len, INBOX_BODY_MAX);
}

/* Who sends without end is cut off, and got no memory for it. */
static void a_body_without_end_is_cut_off(void **state)
{
    static const char head[] = "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    struct place *place = *state;
    AUTO(buf_done) struct buf chunk = {0};
    int fd = dial(place);
    unsigned status;

    buf_format(&chunk, "10000\r\n%0*d\r\n", 0x10000, 0);
    say(fd, head, strlen(head));
    for (int i = 0; i < 200; i++)
        say(fd, chunk.data, chunk.len);
    status = hear(fd);
    (void)close(fd);
    assert_int_equal(status, 0);
    expect_nothing_stored(place);
}

static void a_silent_client_stops_nobody(void **state)
{
    struct place *place = *state;
    int silent[10];

    for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
        silent[i] = dial(place);
        say(silent[i], "POST /open HTTP/1.1\r\nContent-Le", i * 3);
    }
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    for (size_t i = 0; i < ARRAY_LEN(silent); i++)
        (void)close(silent[i]);
    assert_int_equal(post(place, "/sendcloud/second", SIGNATURE_2, BODY_2), 200);
}

static void half_an_event_is_not_stored(void **state)
{
    static const char head[] =
        "POST /open HTTP/1.1\r\nHost: x\r\nX-Any: y\r\nContent-Length: 16\r\n\r\n";
    struct place *place = *state;
    int fd = dial(place);

    say(fd, head, strlen(head));
    say(fd, "{\"key\"", 6);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_int_equal(hear(fd), 0);
    (void)close(fd);
    expect_nothing_stored(place);
}

/* Whichever durable step fails: no 200 for what is not on the disk, and the sender's next try is
 * taken. */
static void a_failing_disk_answers_503_until_it_is_well(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    unsigned failed = 0;

    for (;; failed++) {
        uint64_t passed = 0;
        char text[24];
        unsigned status;
        struct err err;

        for (int gate = 0; gate < GATE_COUNT; gate++)
            passed += gate_count((enum gate)gate);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)passed + failed + 1);
        assert_int_equal(setenv("TAGWERK_FAIL_AT", text, 1), 0);
        status = post(place, "/sendcloud/parcels", SIGNATURE, BODY);
        assert_int_equal(unsetenv("TAGWERK_FAIL_AT"), 0);
        if (status == 200)
            break;
        assert_int_equal(status, 503);
        if (waiting(place, "parcels", &files) == 1)
            assert_true(inbox_taken(&files[0], &err));
    }
    assert_true(failed >= 4); /* create, write, sync, rename, sync the folder */
    assert_int_equal(waiting(place, "parcels", &files), 1);
}

/* --- Around ----------------------------------------------------------------------------------- */

static void a_port_that_is_taken_is_said_so(void **state)
{
    struct place *place = *state;
    struct inbox *second = NULL;
    unsigned port = place->port;
    struct err err = {0};

    assert_false(inbox_start(place->home, "127.0.0.1", &port, doors, &second, &err));
    assert_says(err, ERR_SETUP, "cannot listen on 127.0.0.1 port");
    assert_null(second);
}

static void an_address_must_be_numeric(void **state)
{
    struct place *place = *state;
    struct inbox *second = NULL;
    unsigned port = 0;
    struct err err = {0};

    assert_false(inbox_start(place->home, "inbox.example.com", &port, doors, &second, &err));
    assert_says(err, ERR_SETUP, "not numeric");
    assert_null(second);
    inbox_stop(second);
}

static void foreign_files_are_left_alone_and_unreadable_ones_come_empty(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    char path[PATH_SIZE];
    struct err err;

    assert_true(path_join(path, &err, place->home, "staging/inbox/open/README.md", NULL));
    assert_true(file_put(path, "x", 1, &err));
    assert_int_equal(waiting(place, "open", &files), 0);
    assert_true(path_join(path, &err, place->home, "staging/inbox/open/1-a.json", NULL));
    assert_true(folder_make(path, &err));
    assert_int_equal(waiting(place, "open", &files), 1);
    assert_int_equal(files[0].len, 0);
    assert_string_equal(files[0].body, "");
}

static void a_file_in_place_of_the_folder_is_disk_trouble(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    char path[PATH_SIZE];
    size_t count;
    struct err err = {0};

    assert_true(path_join(path, &err, place->home, "staging/inbox/parcels", NULL));
    assert_true(file_put(path, "x", 1, &err));
    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 503);
    expect_counts(place, 0, 1);
    assert_false(inbox_waiting(place->home, "parcels", 9, &place->arena, &files, &count, &err));
    assert_int_equal(err.kind, ERR_STORE);
}

/* A home whose folders just fit, and what is in them does not. */
static void a_file_too_far_from_the_root_is_an_error(void **state)
{
    struct place *place = *state;
    struct inbox_file *files;
    char home[PATH_SIZE];
    size_t count, len = strlen(place->home);
    struct err err = {0};

    assert_int_equal(post(place, "/sendcloud/parcels", SIGNATURE, BODY), 200);
    memcpy(home, place->home, len + 1);
    for (; len + strlen("/staging/inbox/parcels/") < PATH_SIZE - 2; len += 2)
        (void)snprintf(home + len, 3, "/.");
    assert_false(inbox_waiting(home, "parcels", 9, &place->arena, &files, &count, &err));
    assert_says(err, ERR_SETUP, "nearer to the root");
}

static void a_home_too_far_from_the_root_is_refused(void **state)
{
    struct inbox *inbox = NULL;
    char home[PATH_SIZE + 1];
    unsigned port = 0;
    struct err err = {0};

    (void)state;
    memset(home, 'x', PATH_SIZE);
    home[PATH_SIZE] = '\0';
    assert_false(inbox_start(home, "127.0.0.1", &port, doors, &inbox, &err));
    assert_says(err, ERR_SETUP, "too long");
    assert_null(inbox);
}

#define test(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

static const struct CMUnitTest tests[] = {
    test(a_signed_event_is_stored_before_the_answer),
    test(each_account_has_its_own_key_and_folder),
    test(an_event_delivered_twice_is_one_file),
    test(several_events_wait_oldest_first),
    test(files_are_for_their_owner_only_and_named_by_time_and_digest),
    test(a_body_may_come_in_pieces),
    test(a_wrong_or_missing_signature_is_refused),
    test(an_unknown_address_is_refused),
    test(only_post_is_taken),
    test(a_body_that_is_too_big_is_refused),
    test(the_largest_body_is_taken),
    test(a_body_without_end_is_cut_off),
    test(a_silent_client_stops_nobody),
    test(half_an_event_is_not_stored),
    test(a_failing_disk_answers_503_until_it_is_well),
    test(a_port_that_is_taken_is_said_so),
    test(an_address_must_be_numeric),
    test(foreign_files_are_left_alone_and_unreadable_ones_come_empty),
    test(a_file_in_place_of_the_folder_is_disk_trouble),
    test(a_file_too_far_from_the_root_is_an_error),
    test(a_home_too_far_from_the_root_is_refused),
};

int main(void)
{
    struct err err;

    if (!hash_open(&err))
        return 1;
    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
