#include "wire/http.h"

#include "core/arena.h"
#include "core/text.h"

#include <curl/curl.h>
#include <signal.h>

#ifndef TAGWERK_VERSION
#define TAGWERK_VERSION "dev"
#endif

#define RECEIVE_BUFFER (128L << 10)
#define SEND_BUFFER (512L << 10) /* a batch leaves in one piece, while the caller works on */
#define HEADERS_MAX ((size_t)64 << 10)
#define POLL_MAX_MS 60000
/* Of a kept connection: what stands between the two ends forgets older ones without a word. */
#define IDLE_MAX_S 30

/* What a call keeps of libcurl. `sent` is the one bit that tells UNSENT from LOST: it is set when
 * the connection stands and the first byte of the request is about to leave, and not before. */
struct transfer {
    CURL *easy;
    struct curl_slist *headers;
    struct buf line;
    bool sent, sent_twice;
    bool headed; /* the blank line behind the headers came */
    char why[CURL_ERROR_SIZE];
};

/* --- Set-up ------------------------------------------------------------------------------- */

bool http_open(struct http *http, struct err *err)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = code == CURLE_OK ? curl_multi_init() : NULL;

    if (!multi)
        return err_set(err, ERR_SETUP, "libcurl does not start: %s", curl_easy_strerror(code));
    *http = (struct http){.multi = multi};
    (void)signal(SIGPIPE, SIG_IGN); /* whoever hangs up on us ends the call, not the process */
    return true;
}

void http_close(struct http *http)
{
    if (http->multi)
        (void)curl_multi_cleanup(http->multi);
    *http = (struct http){0};
}

static struct transfer *transfer_of(struct http_call *call)
{
    struct transfer *transfer = call->handle;

    if (!transfer) {
        transfer = heap_resize(NULL, sizeof *transfer);
        *transfer = (struct transfer){.easy = curl_easy_init()};
        if (!transfer->easy)
            abort(); /* out of memory */
        call->handle = transfer;
    }
    transfer->sent = transfer->sent_twice = transfer->headed = false;
    transfer->why[0] = '\0';
    curl_easy_reset(transfer->easy);
    return transfer;
}

static void headers_drop(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
}

/* Gives up a call that is under way. */
static void drop(struct http *http, struct http_call *call, struct transfer *transfer)
{
    for (struct http_call **link = &http->finished; *link; link = &(*link)->next)
        if (*link == call) {
            *link = call->next;
            http->under_way--;
            return;
        }
    if (call->fate == HTTP_UNDER_WAY && http->multi) {
        (void)curl_multi_remove_handle(http->multi, transfer->easy);
        http->under_way--;
    }
}

void http_call_done(struct http *http, struct http_call *call)
{
    struct transfer *transfer = call->handle;

    if (transfer) {
        drop(http, call, transfer);
        headers_drop(transfer);
        curl_easy_cleanup(transfer->easy);
        buf_done(&transfer->line);
        heap_free(transfer);
        call->handle = NULL;
    }
    buf_done(&call->answer);
    buf_done(&call->answer_headers);
}

/* --- What libcurl calls ------------------------------------------------------------------- */

/* The connection stands and the request is about to leave. libcurl would send a request a second
 * time, on a fresh connection, when a kept one turns out to be dead; but dead does not mean that
 * nothing was done. */
// NOLINTNEXTLINE(readability-non-const-parameter): the signature is libcurl's
static int on_ready(void *ctx, char *far_ip, char *near_ip, int far_port, int near_port)
{
    struct transfer *transfer = ((struct http_call *)ctx)->handle;

    (void)far_ip, (void)near_ip, (void)far_port, (void)near_port;
    transfer->sent_twice = transfer->sent;
    transfer->sent = true;
    return transfer->sent_twice ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct buf *answer = &((struct http_call *)ctx)->answer;

    buf_put(answer, bytes, size * count);
    return answer->over ? 0 : size * count;
}

static size_t trimmed_len(const char *text, size_t len)
{
    while (len && (unsigned char)text[len - 1] <= ' ')
        len--;
    return len;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* "Name: value": kept as "name: value". */
static void header_keep(struct buf *headers, const char *line, size_t len, const char *colon)
{
    const char *value = colon + 1;

    for (const char *at = line; at < colon; at++)
        buf_char(headers, lower(*at));
    while (value < line + len && (*value == ' ' || *value == '\t'))
        value++;
    buf_text(headers, ": ");
    buf_put(headers, value, trimmed_len(value, (size_t)(line + len - value)));
    buf_char(headers, '\n');
}

/* A status line begins a new set: the headers of a "103 Early Hints" are not the answer's. */
static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct http_call *call = ctx;
    struct transfer *transfer = call->handle;
    size_t len = size * count;
    const char *colon = memchr(line, ':', len);

    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buf_reset(&call->answer_headers);
        transfer->headed = false;
    } else if (colon) {
        header_keep(&call->answer_headers, line, len, colon);
    } else if (trimmed_len(line, len) == 0) {
        transfer->headed = true;
    }
    return len;
}

/* --- Asking ------------------------------------------------------------------------------- */

/* Refused by libcurl only when it is older than what we were built for, or memory is out. */
static void must(CURLcode code)
{
    if (code != CURLE_OK)
        abort();
}

static void set_number(CURL *easy, CURLoption option, long number)
{
    must(curl_easy_setopt(easy, option, number));
}

static void line_add(struct transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);

    if (!longer)
        abort(); /* out of memory */
    transfer->headers = longer;
}

static void header_add(struct transfer *transfer, const char *name, const char *value)
{
    buf_reset(&transfer->line);
    buf_text(&transfer->line, name);
    buf_text(&transfer->line, *value ? ": " : ";"); /* libcurl's way to say an empty one */
    buf_text(&transfer->line, value);
    line_add(transfer, buf_str(&transfer->line));
}

static bool has_header(const struct http_call *call, const char *name)
{
    for (const struct http_header *header = call->headers; header && header->name; header++)
        if (text_same_nocase(header->name, name))
            return true;
    return false;
}

/* False when a value would smuggle in a header of its own. */
static bool headers_set(struct transfer *transfer, const struct http_call *call)
{
    headers_drop(transfer);
    for (const struct http_header *header = call->headers; header && header->name; header++) {
        if (header->value[strcspn(header->value, "\r\n")])
            return false;
        header_add(transfer, header->name, header->value);
    }
    if (!has_header(call, "Accept-Encoding"))
        header_add(transfer, "Accept-Encoding", "gzip");
    if (!has_header(call, "Content-Type"))
        line_add(transfer, "Content-Type:"); /* libcurl would invent one */
    line_add(transfer, "Expect:");           /* no waiting for "100 Continue" */
    must(curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers));
    return true;
}

static void method_set(CURL *easy, const struct http_call *call)
{
    static const char *const verbs[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    bool with_body = call->body_len || (call->method != HTTP_GET && call->method != HTTP_DELETE);

    if (with_body) {
        set_number(easy, CURLOPT_POST, 1);
        must(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len));
        must(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body_len ? call->body : ""));
    }
    must(curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, verbs[call->method]));
}

static void rules_set(CURL *easy, const struct http_call *call)
{
    must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    must(curl_easy_setopt(easy, CURLOPT_USERAGENT, "tagwerk/" TAGWERK_VERSION));
    set_number(easy, CURLOPT_NOSIGNAL, 1);
    set_number(easy, CURLOPT_FOLLOWLOCATION, 0);
    set_number(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    set_number(easy, CURLOPT_SSL_VERIFYPEER, 1);
    set_number(easy, CURLOPT_SSL_VERIFYHOST, 2);
    set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_number(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    set_number(easy, CURLOPT_TCP_KEEPALIVE, 1);
    set_number(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
    set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    set_number(easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    /* Refused while the buffer of a call that failed early still stands, which is as large. */
    (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    (void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
}

static void callbacks_set(struct transfer *transfer, struct http_call *call)
{
    CURL *easy = transfer->easy;

    must(curl_easy_setopt(easy, CURLOPT_PRIVATE, call));
    must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->why));
    must(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready));
    must(curl_easy_setopt(easy, CURLOPT_PREREQDATA, call));
    must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body));
    must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, call));
    must(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header));
    must(curl_easy_setopt(easy, CURLOPT_HEADERDATA, call));
}

static void answer_clear(struct http_call *call)
{
    call->fate = HTTP_UNDER_WAY;
    call->status = 0;
    call->answer_is_gzip = false;
    call->trouble[0] = '\0';
    call->answer.max = call->answer_max;
    call->answer_headers.max = HEADERS_MAX;
    buf_reset(&call->answer);
    buf_reset(&call->answer_headers);
}

/* Host and port of the URL are all that a text may say of it. */
static void trouble_say(struct http_call *call, const char *why)
{
    const char *host = strstr(call->url, "://");
    size_t len, user;

    host = host ? host + 3 : call->url;
    len = strcspn(host, "/?#");
    user = len;
    while (user && host[user - 1] != '@')
        user--;
    (void)snprintf(call->trouble, sizeof call->trouble, "%.*s: %s", (int)(len - user), host + user,
                   why);
}

/* For what cannot even be handed to libcurl. */
static void finish_unsent(struct http *http, struct http_call *call, const char *why)
{
    call->fate = HTTP_UNSENT;
    trouble_say(call, why);
    call->next = http->finished;
    http->finished = call;
}

void http_start(struct http *http, struct http_call *call)
{
    struct transfer *transfer = transfer_of(call);
    CURLMcode code;
    int running;

    answer_clear(call);
    http->under_way++;
    if (!headers_set(transfer, call)) {
        finish_unsent(http, call, "a header of the request holds a line break");
        return;
    }
    (void)curl_easy_setopt(transfer->easy, CURLOPT_URL, call->url); /* a bad one ends as UNSENT */
    method_set(transfer->easy, call);
    rules_set(transfer->easy, call);
    callbacks_set(transfer, call);
    code = curl_multi_add_handle(http->multi, transfer->easy);
    if (code != CURLM_OK)
        finish_unsent(http, call, curl_multi_strerror(code));
    else
        (void)curl_multi_perform(http->multi, &running); /* it leaves while the caller works on */
}

/* --- Hearing ------------------------------------------------------------------------------ */

static bool is_gzip(const struct http_call *call)
{
    AUTO(buf_done) struct buf scratch = {0};
    const char *encoding = http_header(call, "content-encoding", &scratch);

    return text_same_nocase(encoding, "gzip") || text_same_nocase(encoding, "x-gzip");
}

static void not_answered(struct http_call *call, CURLcode code)
{
    const struct transfer *transfer = call->handle;
    char too_large[64];

    call->fate = transfer->sent ? HTTP_LOST : HTTP_UNSENT;
    (void)snprintf(too_large, sizeof too_large, "the answer is larger than %zu bytes",
                   call->answer_max);
    if (call->answer.over)
        trouble_say(call, too_large);
    else if (transfer->sent_twice)
        trouble_say(call, "the connection was closed before an answer came");
    else if (code == CURLE_OK)
        trouble_say(call, "the connection was closed within the answer's headers");
    else
        trouble_say(call, transfer->why[0] ? transfer->why : curl_easy_strerror(code));
}

/* To libcurl an answer that ends within its headers is none too bad. */
static bool is_whole(const struct http_call *call, CURLcode code)
{
    const struct transfer *transfer = call->handle;

    return code == CURLE_OK && transfer->headed && call->status >= 200;
}

static struct http_call *settle(struct http *http, CURL *easy, CURLcode code)
{
    struct http_call *call = NULL;
    long status = 0;

    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_multi_remove_handle(http->multi, easy);
    headers_drop(call->handle);
    call->status = (int)status;
    if (is_whole(call, code)) {
        call->fate = HTTP_ANSWERED;
        call->answer_is_gzip = is_gzip(call);
    } else {
        not_answered(call, code);
    }
    return call;
}

static struct http_call *next_finished(struct http *http)
{
    struct http_call *call = http->finished;
    const CURLMsg *message;
    int running, left;

    if (call) {
        http->finished = call->next;
        return call;
    }
    (void)curl_multi_perform(http->multi, &running);
    while ((message = curl_multi_info_read(http->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            return settle(http, message->easy_handle, message->data.result);
    return NULL;
}

/* Real time, even in a test world: sockets know no other. */
static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct http_call *http_finish(struct http *http, int64_t wait_ms)
{
    int64_t until_ms = now_ms() + wait_ms;

    while (http->under_way) {
        struct http_call *call = next_finished(http);
        int64_t left_ms;

        if (call) {
            http->under_way--;
            return call;
        }
        left_ms = until_ms - now_ms();
        if (left_ms <= 0)
            break;
        (void)curl_multi_poll(http->multi, NULL, 0,
                              (int)(left_ms < POLL_MAX_MS ? left_ms : POLL_MAX_MS), NULL);
    }
    return NULL;
}

struct http_call *http_glance(struct http *http)
{
    int64_t at_ms = now_ms();

    if (at_ms == http->glanced_ms)
        return NULL;
    http->glanced_ms = at_ms;
    return http_finish(http, 0);
}

const char *http_header(const struct http_call *call, const char *name, struct buf *scratch)
{
    const char *line = buf_str(&call->answer_headers);
    size_t name_len = strlen(name);

    for (; *line; line += strcspn(line, "\n") + 1) {
        const char *value = line + name_len + 2;

        if (!text_starts_nocase(line, name) || line[name_len] != ':')
            continue;
        buf_reset(scratch);
        buf_put(scratch, value, strcspn(value, "\n"));
        return buf_str(scratch);
    }
    return NULL;
}

/* libcurl reads all three forms that RFC 9110 wants read, and much else; a mere number is no date.
 */
int64_t http_date_utc(const char *text)
{
    time_t at = text && strchr(text, ':') ? curl_getdate(text, NULL) : -1;

    return at == -1 ? UNSAID : (int64_t)at;
}
