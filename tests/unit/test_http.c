#include "harness/harness.h"

#include "wire/http.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- A server that does as the path says: a thread per connection ------------------------- */

#define CONNECTIONS_MAX 16

struct server {
    int listener;
    unsigned port;
    char url[64];
    pthread_t listening, talking[CONNECTIONS_MAX];
    int sockets[CONNECTIONS_MAX];
    unsigned connections, requests, together; /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static struct server server;

static void say(int to, const char *bytes, size_t len)
{
    while (len) {
        ssize_t sent = send(to, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        bytes += sent;
        len -= (size_t)sent;
    }
}

static void say_text(int to, const char *text)
{
    say(to, text, strlen(text));
}

static void say_body(int to, const char *headers, const void *body, size_t len)
{
    AUTO(buf_done) struct buf answer = {0};

    buf_format(&answer, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n", headers, len);
    buf_put(&answer, body, len);
    say(to, answer.data, answer.len);
}

/* Answers once three of its kind have arrived. */
static void say_together(int to)
{
    (void)pthread_mutex_lock(&server.lock);
    server.together++;
    (void)pthread_cond_broadcast(&server.changed);
    while (server.together < 3)
        (void)pthread_cond_wait(&server.changed, &server.lock);
    (void)pthread_mutex_unlock(&server.lock);
    say_body(to, "", "together", 8);
}

static const char big_body[100000];

struct manner {
    const char *path, *answer; /* after it the connection is closed */
};

static const struct manner manners[] = {
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"},
    {"/cut-chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
    {"/cut-head", "HTTP/1.1 200 OK\r\nContent-Le"},
    {"/cut-hints", "HTTP/1.1 103 Early Hints\r\nX-Kind: hint\r\n\r\n"},
    {"/trailer", "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"},
    {"/drop", ""},
    {"/rubbish", "SSH-2.0-OpenSSH_9.2\r\n"},
    {"/moved",
     "HTTP/1.1 302 Found\r\nLocation: /ok\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
    {"/hints", "HTTP/1.1 103 Early Hints\r\nX-Kind: hint\r\n\r\n"
               "HTTP/1.1 204 No Content\r\nConnection: close\r\nX-Kind: answer\r\n\r\n"},
    {"/until-close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it"},
};

static bool has_path(const char *request, const char *path)
{
    const char *at = strchr(request, ' ');
    size_t len = strlen(path);

    return at && strncmp(at + 1, path, len) == 0 && strchr(" ?", at[1 + len]);
}

/* False: close the connection. */
static bool reply(int to, const struct buf *request)
{
    const char *text = buf_str(request);

    for (size_t i = 0; i < ARRAY_LEN(manners); i++) {
        if (has_path(text, manners[i].path)) {
            say_text(to, manners[i].answer);
            return false;
        }
    }
    if (has_path(text, "/echo"))
        say_body(to, "X-Mixed-Case:  two  words \r\nRetry-After: 120\r\n", text, request->len);
    else if (has_path(text, "/gzip"))
        say_body(to, "content-encoding: GZIP\r\n", "\x1F\x8B\0raw", 6);
    else if (has_path(text, "/big"))
        say_body(to, "", big_body, sizeof big_body);
    else if (has_path(text, "/together"))
        say_together(to);
    else if (!has_path(text, "/silent"))
        say_body(to, "", "hello", 5);
    return true;
}

/* Bytes of the first whole request in the buffer; 0 when there is more to come. */
static size_t request_len(const struct buf *heard)
{
    const char *blank = strstr(buf_str(heard), "\r\n\r\n");
    const char *length = strstr(buf_str(heard), "Content-Length: ");
    size_t len = blank ? (size_t)(blank - heard->data) + 4 : 0;

    if (blank && length && length < blank)
        len += (size_t)strtoul(length + 16, NULL, 10);
    return len <= heard->len ? len : 0;
}

static void *talk(void *socket_at)
{
    AUTO(buf_done) struct buf heard = {0};
    int with = *(const int *)socket_at;
    char piece[4096];
    ssize_t got;

    while ((got = recv(with, piece, sizeof piece, 0)) > 0) {
        buf_put(&heard, piece, (size_t)got);
        if (heard.data[0] == 0x16) /* TLS says hello */
            break;
        if (!request_len(&heard))
            continue;
        (void)pthread_mutex_lock(&server.lock);
        server.requests++;
        (void)pthread_mutex_unlock(&server.lock);
        if (!reply(with, &heard))
            break;
        buf_reset(&heard);
    }
    (void)shutdown(with, SHUT_RDWR);
    return NULL;
}

static void *hear(void *nothing)
{
    int with;

    while ((with = accept(server.listener, NULL, NULL)) >= 0) {
        (void)pthread_mutex_lock(&server.lock);
        server.sockets[server.connections] = with;
        (void)pthread_create(&server.talking[server.connections], NULL, talk,
                             &server.sockets[server.connections]);
        server.connections++;
        (void)pthread_mutex_unlock(&server.lock);
    }
    return nothing;
}

/* A socket on a free port of 127.0.0.1. */
static int bound(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static struct http http;

static int begin(void **state)
{
    struct err err;

    (void)state;
    server = (struct server){0};
    server.listener = bound(&server.port);
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u", server.port);
    (void)pthread_mutex_init(&server.lock, NULL);
    (void)pthread_cond_init(&server.changed, NULL);
    if (listen(server.listener, CONNECTIONS_MAX) != 0 || !http_open(&http, &err))
        return -1;
    return pthread_create(&server.listening, NULL, hear, NULL);
}

static int end(void **state)
{
    (void)state;
    http_close(&http);
    (void)shutdown(server.listener, SHUT_RDWR);
    (void)pthread_join(server.listening, NULL);
    for (unsigned i = 0; i < server.connections; i++) {
        (void)shutdown(server.sockets[i], SHUT_RDWR);
        (void)pthread_join(server.talking[i], NULL);
        (void)close(server.sockets[i]);
    }
    (void)close(server.listener);
    (void)pthread_cond_destroy(&server.changed);
    return pthread_mutex_destroy(&server.lock);
}

static unsigned requests_seen(void)
{
    unsigned seen;

    (void)pthread_mutex_lock(&server.lock);
    seen = server.requests;
    (void)pthread_mutex_unlock(&server.lock);
    return seen;
}

/* --- Calls -------------------------------------------------------------------------------- */

#define PATIENCE_MS 20000

/* A call whose URL lives inside of it. */
struct trial {
    struct http_call call;
    char url[128];
};

static void trial_done(struct trial *trial)
{
    http_call_done(&http, &trial->call);
}

static void start(struct trial *trial, const char *path)
{
    (void)snprintf(trial->url, sizeof trial->url, "%s%s", server.url, path);
    trial->call.url = trial->url;
    if (!trial->call.timeout_ms)
        trial->call.timeout_ms = PATIENCE_MS;
    if (!trial->call.answer_max)
        trial->call.answer_max = 1 << 20;
    http_start(&http, &trial->call);
}

static struct http_call *ask(struct trial *trial, const char *path)
{
    start(trial, path);
    assert_ptr_equal(http_finish(&http, PATIENCE_MS), &trial->call);
    assert_int_equal(http.under_way, 0);
    return &trial->call;
}

static void assert_ended(const struct http_call *call, enum http_fate fate, const char *words)
{
    assert_int_equal(call->fate, fate);
    if (!strstr(call->trouble, words))
        fail_msg("expected \"%s\" in \"%s\"", words, call->trouble);
}

static void an_answer_is_status_body_and_headers(void **state)
{
    AUTO(trial_done) struct trial trial = {0};
    AUTO(buf_done) struct buf scratch = {0};
    const struct http_call *call = ask(&trial, "/echo");

    (void)state;
    assert_ended(call, HTTP_ANSWERED, "");
    assert_int_equal(call->status, 200);
    assert_false(call->answer_is_gzip);
    assert_string_equal(call->trouble, "");
    assert_string_equal(http_header(call, "retry-after", &scratch), "120");
    assert_string_equal(http_header(call, "X-Mixed-Case", &scratch), "two  words");
    assert_null(http_header(call, "retry", &scratch));
    assert_non_null(strstr(buf_str(&call->answer_headers), "x-mixed-case: two  words\n"));
}

static void the_request_says_what_was_asked_and_no_more(void **state)
{
    static const struct http_header headers[] = {
        {"Accept", "application/json"}, {"Content-Type", "application/json"}, {"X-Empty", ""}, {0}};
    AUTO(trial_done)
    struct trial trial = {
        .call = {.method = HTTP_PATCH, .headers = headers, .body = "{\"a\":1}", .body_len = 7}};
    const char *text = buf_str(&ask(&trial, "/echo?q=1")->answer);

    (void)state;
    assert_non_null(strstr(text, "PATCH /echo?q=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(text, "Accept: application/json\r\n"));
    assert_non_null(strstr(text, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(text, "X-Empty:\r\n"));
    assert_non_null(strstr(text, "Accept-Encoding: gzip\r\n"));
    assert_non_null(strstr(text, "User-Agent: tagwerk/"));
    assert_non_null(strstr(text, "Content-Length: 7\r\n"));
    assert_null(strstr(text, "Expect:"));
    assert_null(strstr(text, "*/*"));
    assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n{\"a\":1}");
}

static void each_method_is_spoken(void **state)
{
    static const struct {
        enum http_method method;
        const char *body, *line;
    } cases[] = {{HTTP_GET, NULL, "GET /echo "},       {HTTP_POST, "x=1", "POST /echo "},
                 {HTTP_POST, NULL, "POST /echo "},     {HTTP_PUT, "y", "PUT /echo "},
                 {HTTP_DELETE, NULL, "DELETE /echo "}, {HTTP_DELETE, "z", "DELETE /echo "},
                 {HTTP_GET, "g", "GET /echo "}};
    AUTO(trial_done) struct trial trial = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *body = cases[i].body ? cases[i].body : "";
        const char *text;

        trial.call.method = cases[i].method;
        trial.call.body = cases[i].body;
        trial.call.body_len = strlen(body);
        text = buf_str(&ask(&trial, "/echo")->answer);
        assert_int_equal(strncmp(text, cases[i].line, strlen(cases[i].line)), 0);
        assert_string_equal(strstr(text, "\r\n\r\n") + 4, body);
        assert_null(strstr(text, "Content-Type"));
    }
    assert_int_equal(server.connections, 1); /* kept alive all along */
}

static void gzip_is_handed_on_as_it_came(void **state)
{
    AUTO(trial_done) struct trial trial = {0};
    const struct http_call *call = ask(&trial, "/gzip");

    (void)state;
    assert_ended(call, HTTP_ANSWERED, "");
    assert_true(call->answer_is_gzip);
    assert_int_equal(call->answer.len, 6);
    assert_memory_equal(call->answer.data, "\x1F\x8B\0raw", 6);
}

static void interim_answers_and_redirects_are_not_followed(void **state)
{
    AUTO(trial_done) struct trial trial = {0};
    AUTO(buf_done) struct buf scratch = {0};

    (void)state;
    assert_int_equal(ask(&trial, "/hints")->status, 204);
    assert_string_equal(http_header(&trial.call, "x-kind", &scratch), "answer");
    assert_int_equal(trial.call.answer.len, 0);
    assert_int_equal(ask(&trial, "/moved")->status, 302);
    assert_string_equal(http_header(&trial.call, "location", &scratch), "/ok");
    assert_int_equal(requests_seen(), 2);
    assert_string_equal(buf_str(&ask(&trial, "/until-close")->answer), "all of it");
    assert_string_equal(buf_str(&ask(&trial, "/trailer")->answer), "hello");
}

static void what_reaches_nobody_is_unsent(void **state)
{
    AUTO(trial_done) struct trial trial = {.call = {.method = HTTP_POST}};
    unsigned port;
    int closed = bound(&port);

    (void)state;
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u", port);
    assert_ended(ask(&trial, "/order?token=secret"), HTTP_UNSENT, "127.0.0.1:");
    assert_null(strstr(trial.call.trouble, "secret"));
    assert_int_equal(trial.call.status, 0);
    (void)close(closed);
}

/* A listener that accepts nobody and whose queue is full lets a connect wait. */
static void a_connect_that_takes_too_long_is_unsent(void **state)
{
    AUTO(trial_done) struct trial trial = {.call = {.connect_ms = 50}};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned port;
    int busy = bound(&port), queued[4];

    (void)state;
    assert_int_equal(listen(busy, 0), 0);
    at.sin_port = htons((uint16_t)port);
    for (size_t i = 0; i < ARRAY_LEN(queued); i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(queued[i], (const struct sockaddr *)&at, sizeof at);
    }
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u", port);
    assert_ended(ask(&trial, "/"), HTTP_UNSENT, "127.0.0.1:");
    for (size_t i = 0; i < ARRAY_LEN(queued); i++)
        (void)close(queued[i]);
    (void)close(busy);
}

static void a_tls_handshake_that_fails_is_unsent(void **state)
{
    AUTO(trial_done) struct trial trial = {.call = {.method = HTTP_POST}};

    (void)state;
    (void)snprintf(server.url, sizeof server.url, "https://127.0.0.1:%u", server.port);
    assert_ended(ask(&trial, "/"), HTTP_UNSENT, "127.0.0.1:");
    assert_int_equal(requests_seen(), 0);
}

static void what_cannot_be_asked_is_unsent(void **state)
{
    static const struct http_header smuggled[] = {{"X-Token", "a\r\nX-Other: b"}, {0}};
    AUTO(trial_done) struct trial trial = {.call = {.headers = smuggled}};

    (void)state;
    assert_ended(ask(&trial, "/ok"), HTTP_UNSENT, "line break");
    trial.call.headers = NULL;
    memcpy(server.url, "file", 4);
    assert_ended(ask(&trial, "/ok"), HTTP_UNSENT, "127.0.0.1:");
    server.url[0] = '\0';
    assert_ended(ask(&trial, "http://user:word@[bad/?q=secret"), HTTP_UNSENT, "[bad: ");
    assert_null(strstr(trial.call.trouble, "word"));
    assert_null(strstr(trial.call.trouble, "secret"));
}

/* REQ-Z4 */
static void an_answer_that_is_not_whole_is_lost(void **state)
{
    static const char *const paths[] = {"/cut",       "/cut-chunked", "/cut-head",
                                        "/cut-hints", "/drop",        "/rubbish"};
    AUTO(trial_done) struct trial trial = {.call = {.method = HTTP_POST}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_ended(ask(&trial, paths[i]), HTTP_LOST, "127.0.0.1:");
    assert_int_equal(requests_seen(), ARRAY_LEN(paths));
}

static void silence_is_lost_when_the_time_is_up(void **state)
{
    AUTO(trial_done) struct trial trial = {.call = {.timeout_ms = 50}};

    (void)state;
    assert_ended(ask(&trial, "/silent"), HTTP_LOST, "timed out");
}

static void an_answer_beyond_its_bound_is_lost(void **state)
{
    AUTO(trial_done) struct trial trial = {.call = {.answer_max = sizeof big_body - 1}};

    (void)state;
    assert_ended(ask(&trial, "/big"), HTTP_LOST, "larger than 99999 bytes");
    trial.call.answer_max = sizeof big_body;
    assert_ended(ask(&trial, "/big"), HTTP_ANSWERED, "");
    assert_int_equal(trial.call.answer.len, sizeof big_body);
}

/* REQ-Z4: libcurl would send the request again when a kept connection turns out to be dead. */
static void a_request_is_never_sent_twice_behind_our_back(void **state)
{
    static const struct {
        enum http_method method;
        const char *body;
    } cases[] = {{HTTP_POST, "order"}, {HTTP_POST, NULL}, {HTTP_DELETE, NULL}, {HTTP_GET, NULL}};
    AUTO(trial_done) struct trial trial = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        trial.call.method = HTTP_GET;
        trial.call.body_len = 0;
        assert_ended(ask(&trial, "/ok"), HTTP_ANSWERED, "");
        trial.call.method = cases[i].method;
        trial.call.body = cases[i].body;
        trial.call.body_len = cases[i].body ? strlen(cases[i].body) : 0;
        assert_ended(ask(&trial, "/drop"), HTTP_LOST, "closed before an answer");
        assert_int_equal(requests_seen(), 2 * (i + 1));
    }
}

static void several_calls_are_under_way_at_once(void **state)
{
    struct trial trials[3] = {0};
    bool seen[3] = {false};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
        trials[i].call.owner = &seen[i];
        start(&trials[i], "/together");
    }
    assert_int_equal(http.under_way, 3);
    for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
        struct http_call *call = http_finish(&http, PATIENCE_MS);

        assert_non_null(call);
        assert_ended(call, HTTP_ANSWERED, "");
        assert_string_equal(buf_str(&call->answer), "together");
        *(bool *)call->owner = true;
    }
    for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
        assert_true(seen[i]);
        trial_done(&trials[i]);
    }
    assert_null(http_finish(&http, PATIENCE_MS)); /* at once: nothing is under way */
}

static void looking_does_not_wait(void **state)
{
    AUTO(trial_done) struct trial trial = {0};

    (void)state;
    start(&trial, "/silent");
    assert_null(http_finish(&http, 0));
    assert_null(http_finish(&http, 5));
    assert_int_equal(http.under_way, 1);
    assert_int_equal(trial.call.fate, HTTP_UNDER_WAY);
}

static void a_call_may_be_given_up(void **state)
{
    static const struct http_header smuggled[] = {{"X-Token", "a\nb"}, {0}};
    struct trial silent = {0}, refused = {.call = {.headers = smuggled}};
    AUTO(trial_done) struct trial after = {0};

    (void)state;
    start(&silent, "/silent");
    start(&refused, "/ok");
    assert_int_equal(http.under_way, 2);
    trial_done(&refused);
    trial_done(&silent);
    trial_done(&silent);
    assert_int_equal(http.under_way, 0);
    assert_string_equal(buf_str(&ask(&after, "/ok")->answer), "hello");
}

static void a_call_may_outlive_its_transport(void **state)
{
    struct trial trial = {0};

    (void)state;
    start(&trial, "/silent");
    http_close(&http);
    http_call_done(&http, &trial.call);
    assert_int_equal(http.under_way, 0);
}

static void dates_are_read_and_rubbish_is_unsaid(void **state)
{
    (void)state;
    assert_int_equal(http_date_utc("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    assert_int_equal(http_date_utc("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
    assert_int_equal(http_date_utc("Sun Nov  6 08:49:37 1994"), 784111777);
    assert_int_equal(http_date_utc("120"), UNSAID);
    assert_int_equal(http_date_utc("soon: maybe"), UNSAID);
    assert_int_equal(http_date_utc(""), UNSAID);
    assert_int_equal(http_date_utc(NULL), UNSAID);
}

#define with_server(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_server(an_answer_is_status_body_and_headers),
        with_server(the_request_says_what_was_asked_and_no_more),
        with_server(each_method_is_spoken),
        with_server(gzip_is_handed_on_as_it_came),
        with_server(interim_answers_and_redirects_are_not_followed),
        with_server(what_reaches_nobody_is_unsent),
        with_server(a_connect_that_takes_too_long_is_unsent),
        with_server(a_tls_handshake_that_fails_is_unsent),
        with_server(what_cannot_be_asked_is_unsent),
        with_server(an_answer_that_is_not_whole_is_lost),
        with_server(silence_is_lost_when_the_time_is_up),
        with_server(an_answer_beyond_its_bound_is_lost),
        with_server(a_request_is_never_sent_twice_behind_our_back),
        with_server(several_calls_are_under_way_at_once),
        with_server(looking_does_not_wait),
        with_server(a_call_may_be_given_up),
        with_server(a_call_may_outlive_its_transport),
        cmocka_unit_test(dates_are_read_and_rubbish_is_unsaid),
    };

    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
