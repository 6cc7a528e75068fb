#include "sandbox/hook.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "sandbox/clock.h"

enum { TURN_MS = 20, ANSWER_S = 5 };

struct sender_row {
    const char *agent;
    int tries_max;
    int64_t first_retry_s, retry_max_s;
};

static const struct sender_row senders[HOOK_SENDERS] = {
    [HOOK_SENDCLOUD] = {"Sendcloud", 11, 300, 3600},
    [HOOK_WEMALO] = {"wemalo", 10, 300, 300},
    [HOOK_BILLBEE] = {"Billbee", 1, 0, 0},
};

/* One event on its way to one address. */
struct delivery {
    char *url, *headers, *body;
    enum hook_sender sender;
    uint64_t source;
    int64_t due_ms;
    int tries;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static struct delivery *waiting;
static size_t waiting_count, waiting_max;
static struct {
    size_t delivered, failed, refused;
} tallies[HOOK_SENDERS];
static uint64_t *given_up;
static size_t given_up_count;
static const struct sender_row *in_flight;
static bool running, ending;

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

bool hook_url_local(const char *url)
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
             "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: %s\r\n"
             "Content-Type: application/json\r\n%sContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s",
             t.path ? t.path : "/", (unsigned)t.port, senders[d->sender].agent, d->headers,
             strlen(d->body), d->body);
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

/* Each time twice as long, up to a maximum. */
static int64_t retry_ms(const struct sender_row *row, int tries)
{
    int64_t seconds = row->first_retry_s;

    while (--tries > 0 && seconds < row->retry_max_s)
        seconds *= 2;
    return (seconds < row->retry_max_s ? seconds : row->retry_max_s) * 1000;
}

static void delivery_free(struct delivery *d)
{
    free(d->url);
    free(d->headers);
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

static void give_up(const struct delivery *d)
{
    tallies[d->sender].failed++;
    given_up = mem_grow(given_up, (given_up_count + 1) * sizeof *given_up);
    given_up[given_up_count++] = d->source;
}

static void settle(struct delivery d, bool fine)
{
    const struct sender_row *row = &senders[d.sender];

    if (fine) {
        tallies[d.sender].delivered++;
    } else if (++d.tries >= row->tries_max) {
        give_up(&d);
    } else {
        tallies[d.sender].refused++;
        d.due_ms = clock_ms() + retry_ms(row, d.tries);
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
        in_flight = due ? &senders[d.sender] : NULL;
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
        in_flight = NULL;
        (void)pthread_mutex_unlock(&lock);
    }
}

bool hook_open(void)
{
    running = pthread_create(&thread, NULL, hook_run, NULL) == 0;
    return running;
}

void hook_done(void)
{
    (void)pthread_mutex_lock(&lock);
    ending = true;
    (void)pthread_mutex_unlock(&lock);
    if (running)
        (void)pthread_join(thread, NULL);
    while (waiting_count)
        delivery_free(&waiting[--waiting_count]);
    free(waiting);
    free(given_up);
}

void hook_send(const struct hook_message *messages, size_t count)
{
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        enqueue((struct delivery){.url = mem_copy(messages[i].url),
                                  .headers = mem_copy(messages[i].headers),
                                  .body = mem_copy(messages[i].body),
                                  .sender = messages[i].sender,
                                  .source = messages[i].source,
                                  .due_ms = clock_ms()});
    (void)pthread_mutex_unlock(&lock);
}

void hook_forget(uint64_t source)
{
    size_t kept = 0;

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < waiting_count; i++) {
        if (waiting[i].source == source)
            delivery_free(&waiting[i]);
        else
            waiting[kept++] = waiting[i];
    }
    waiting_count = kept;
    (void)pthread_mutex_unlock(&lock);
}

bool hook_gave_up(uint64_t source)
{
    bool found = false;

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < given_up_count && !found; i++)
        found = given_up[i] == source;
    (void)pthread_mutex_unlock(&lock);
    return found;
}

void hook_text(struct text *t, enum hook_sender sender)
{
    int64_t next = INT64_MAX, now = clock_ms();
    size_t due, mine = 0;

    (void)pthread_mutex_lock(&lock);
    due = in_flight == &senders[sender];
    for (size_t i = 0; i < waiting_count; i++) {
        if (waiting[i].sender != sender)
            continue;
        mine++;
        due += waiting[i].due_ms <= now;
        next = waiting[i].due_ms < next ? waiting[i].due_ms : next;
    }
    text_char(t, '{');
    text_member_int(t, "due", (int64_t)due);
    text_member_int(t, "waiting", (int64_t)mine);
    text_member_int(t, "delivered", (int64_t)tallies[sender].delivered);
    text_member_int(t, "refused", (int64_t)tallies[sender].refused);
    text_member_int(t, "failed", (int64_t)tallies[sender].failed);
    if (mine)
        text_member_int(t, "next_ms", next);
    text_char(t, '}');
    (void)pthread_mutex_unlock(&lock);
}
