/* Webhooks of the Sendcloud simulator: written, signed, sent by a thread of their own, and retried.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

enum { TRIES_MAX = 11, FIRST_RETRY_S = 300, RETRY_MAX_S = 3600, TURN_MS = 20, ANSWER_S = 5 };

/* One event on its way to one address. */
struct delivery {
    char *url, *body;
    char signature[crypto_auth_hmacsha256_BYTES * 2 + 1];
    int64_t due_ms;
    int tries;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static struct delivery *waiting;
static size_t waiting_count, waiting_max;
static size_t delivered, failed, refused;
static bool running, ending;

/* Events of the present call, in the order they happened. */
static struct delivery *fresh;
static size_t fresh_count;

/* ---- where to ---- */

struct target {
    uint16_t port;
    const char *path;
    bool six; /* [::1] */
};

static bool target_of(const char *url, struct target *out)
{
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

    for (size_t i = 0; url && i < 3; i++) {
        size_t n = strlen(hosts[i]);
        int64_t port = 80;

        if (strncmp(url, hosts[i], n) != 0 || (url[n] && !strchr(":/", url[n])))
            continue;
        out->six = i == 2;
        url += n;
        if (*url == ':') {
            char *digits = mem_copy_n(url + 1, strcspn(url + 1, "/"));

            url += 1 + strlen(digits);
            n = int_of(digits, &port) && port > 0 && port <= UINT16_MAX;
            free(digits);
            if (!n)
                return false;
        }
        out->port = (uint16_t)port;
        out->path = *url ? url : "/";
        return true;
    }
    return false;
}

bool sc_hook_url_local(const char *url)
{
    struct target t;

    return target_of(url, &t);
}

/* ---- sending ---- */

static int target_open(const struct target *t)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(t->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(t->port)};
    struct timeval patience = {.tv_sec = ANSWER_S};
    int fd = socket(t->six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fine;

    if (fd < 0)
        return -1;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    six.sin6_addr = in6addr_loopback;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    fine = t->six ? connect(fd, (struct sockaddr *)&six, sizeof six) == 0
                  : connect(fd, (struct sockaddr *)&four, sizeof four) == 0;
    if (fine)
        return fd;
    (void)close(fd);
    return -1;
}

static bool send_all(int fd, const struct text *t)
{
    for (size_t at = 0; at < t->len;) {
        ssize_t n = send(fd, t->s + at, t->len - at, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* True when the receiver said 2xx. */
static bool deliver(const struct delivery *d)
{
    struct target t = {0};
    struct text request = {0};
    char answer[64] = {0};
    size_t got = 0;
    int fd = target_of(d->url, &t) ? target_open(&t) : -1;
    bool fine = fd >= 0;

    text_fmt(&request,
             "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: Sendcloud\r\n"
             "Content-Type: application/json\r\nSendcloud-Signature: %s\r\n"
             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
             t.path ? t.path : "/", (unsigned)t.port, d->signature, strlen(d->body), d->body);
    fine = fine && send_all(fd, &request);
    while (fine && got < 12) {
        ssize_t n = recv(fd, answer + got, sizeof answer - 1 - got, 0);

        if (n <= 0)
            break;
        got += (size_t)n;
    }
    if (fd >= 0)
        (void)close(fd);
    text_done(&request);
    return got >= 12 && strncmp(answer, "HTTP/1.", 7) == 0 && answer[9] == '2';
}

/* First after 5 minutes, then twice as long, at most an hour. */
static int64_t retry_ms(int tries)
{
    int64_t seconds = FIRST_RETRY_S;

    while (--tries > 0 && seconds < RETRY_MAX_S)
        seconds *= 2;
    return (seconds < RETRY_MAX_S ? seconds : RETRY_MAX_S) * 1000;
}

static void delivery_free(struct delivery *d)
{
    free(d->url);
    free(d->body);
}

static void enqueue(struct delivery d)
{
    if (waiting_count == waiting_max) {
        waiting_max = waiting_max ? waiting_max * 2 : 64;
        waiting = mem_grow(waiting, waiting_max * sizeof *waiting);
    }
    waiting[waiting_count++] = d;
}

/* Takes the first delivery that is due; false when none is. */
static bool take_due(struct delivery *out)
{
    int64_t now = clock_ms();

    for (size_t i = 0; i < waiting_count; i++) {
        if (waiting[i].due_ms > now)
            continue;
        *out = waiting[i];
        waiting_count--;
        memmove(waiting + i, waiting + i + 1, (waiting_count - i) * sizeof *waiting);
        return true;
    }
    return false;
}

static size_t in_flight;

static void settle(struct delivery d, bool fine)
{
    if (fine) {
        delivered++;
    } else if (++d.tries >= TRIES_MAX) {
        failed++;
    } else {
        refused++;
        d.due_ms = clock_ms() + retry_ms(d.tries);
        enqueue(d);
        return;
    }
    delivery_free(&d);
}

static void *hook_run(void *unused)
{
    (void)unused;
    for (;;) {
        struct delivery d = {0};
        bool due, fine, end;

        (void)pthread_mutex_lock(&lock);
        end = ending;
        due = !end && take_due(&d);
        in_flight = due;
        (void)pthread_mutex_unlock(&lock);
        if (end)
            return NULL;
        if (!due) {
            (void)poll(NULL, 0, TURN_MS);
            continue;
        }
        fine = deliver(&d);
        (void)pthread_mutex_lock(&lock);
        settle(d, fine);
        in_flight = 0;
        (void)pthread_mutex_unlock(&lock);
    }
}

bool sc_hook_open(void)
{
    running = pthread_create(&thread, NULL, hook_run, NULL) == 0;
    return running;
}

void sc_hook_done(void)
{
    (void)pthread_mutex_lock(&lock);
    ending = true;
    (void)pthread_mutex_unlock(&lock);
    if (running)
        (void)pthread_join(thread, NULL);
    while (waiting_count)
        delivery_free(&waiting[--waiting_count]);
    free(waiting);
    free(fresh);
}

size_t sc_hook_due(void)
{
    int64_t now = clock_ms();
    size_t n;

    (void)pthread_mutex_lock(&lock);
    n = in_flight;
    for (size_t i = 0; i < waiting_count; i++)
        n += waiting[i].due_ms <= now;
    (void)pthread_mutex_unlock(&lock);
    return n;
}

void sc_hook_text(struct text *t)
{
    int64_t next = INT64_MAX;
    size_t due = sc_hook_due();

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < waiting_count; i++)
        next = waiting[i].due_ms < next ? waiting[i].due_ms : next;
    text_char(t, '{');
    text_member_int(t, "due", (int64_t)due);
    text_member_int(t, "waiting", (int64_t)waiting_count);
    text_member_int(t, "delivered", (int64_t)delivered);
    text_member_int(t, "refused", (int64_t)refused);
    text_member_int(t, "failed", (int64_t)failed);
    if (waiting_count)
        text_member_int(t, "next_ms", next);
    text_char(t, '}');
    (void)pthread_mutex_unlock(&lock);
}

/* ---- writing ---- */

/* Signs with the secret key, or so that nobody can believe it. */
static void sign(struct delivery *d, const char *key)
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];

    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)d->body, strlen(d->body));
    (void)crypto_auth_hmacsha256_final(&state, mac);
    if (switch_on(SWITCH_SC_HOOK_BAD_SIGNATURE))
        mac[0] ^= 1;
    (void)sodium_bin2hex(d->signature, sizeof d->signature, mac, sizeof mac);
}

static void set_iso(json_t *parcel, const char *key, int64_t ms)
{
    struct text t = {0};

    if (!ms)
        return;
    text_iso(&t, ms / 1000 * 1000);
    t.s[t.len - 1] = '\0';
    (void)json_object_set_new(parcel, key, json_string(t.s));
    text_done(&t);
}

/* What receivers have seen: objects replaced by null and false, numbers where texts were. */
static void make_odd(json_t *parcel)
{
    static const char *const nulls[] = {"to_state", "telephone", "company_name", "label"};
    json_t *divided = json_object_get(parcel, "address_divided");
    const char *house = json_string_value(json_object_get(divided, "house_number"));
    int64_t number;

    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        (void)json_object_set_new(parcel, nulls[i], json_null());
    (void)json_object_set_new(parcel, "customs_declaration", json_false());
    (void)json_object_set_new(parcel, "data", json_array());
    if (int_of(house, &number))
        (void)json_object_set_new(divided, "house_number", json_integer(number));
}

/* Jansson's way of writing (blank behind ':' and ','), ASCII only: what the real sender does too.
 */
static char *event_body(const struct sc_parcel *p)
{
    struct text t = {0};
    int64_t dates = switch_int(SWITCH_SC_HOOK_ISO_DATES);
    int64_t stamp = switch_on(SWITCH_SC_HOOK_SECONDS) ? clock_s() : clock_ms();
    json_t *parcel, *event;
    char *body;

    sc_parcel_text(&t, p, false);
    parcel = json_loadb(t.s, t.len, 0, NULL);
    text_done(&t);
    if (dates == 1 || (dates == 2 && p->status % 2)) {
        set_iso(parcel, "date_created", p->created_ms);
        set_iso(parcel, "date_updated", p->updated_ms);
        set_iso(parcel, "date_announced", p->announced_ms);
    }
    if (switch_on(SWITCH_SC_HOOK_ODD_FIELDS))
        make_odd(parcel);
    event = json_pack("{s:s,s:I,s:n,s:o}", "action", "parcel_status_changed", "timestamp",
                      (json_int_t)stamp, "carrier_status_change_timestamp", "parcel", parcel);
    body = json_dumps(event, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
    json_decref(event);
    return body;
}

static void remember(const struct sc_integration *in, const char *key, const char *body)
{
    struct delivery d = {
        .url = mem_copy(in->webhook_url), .body = mem_copy(body), .due_ms = clock_ms()};

    sign(&d, key);
    fresh = mem_grow(fresh, (fresh_count + 1) * sizeof *fresh);
    fresh[fresh_count++] = d;
}

void sc_hook_parcel(struct sc_account *a, const struct sc_parcel *p)
{
    const struct sc_integration *in = sc_integration_find(a, p->integration);
    char *body;

    if (!in || !in->webhook_active || !sc_hook_url_local(in->webhook_url))
        return;
    body = event_body(p);
    if (switch_on(SWITCH_SC_HOOK_DUPLICATE))
        remember(in, a->secret_key, body);
    remember(in, a->secret_key, body);
    free(body);
}

void sc_hook_flush(void)
{
    bool backward = switch_on(SWITCH_SC_HOOK_REORDER);

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < fresh_count; i++)
        enqueue(fresh[backward ? fresh_count - 1 - i : i]);
    fresh_count = 0;
    (void)pthread_mutex_unlock(&lock);
}
