#include "sandbox/serve.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "sandbox/clock.h"
#include "sandbox/hold.h"
#include "sandbox/switches.h"
#include "sandbox/system.h"

enum {
    BODY_MAX = 256 << 20,
    PIECE = 64 << 10,
    GZIP_FROM = 1024,
    SILENCE_MS = 30000,
    DRIP_MS = 25,
    DRIPS = 24,
    RAW_MAX = 16 << 10
};

enum stage { STAGE_READING, STAGE_ANSWERED, STAGE_WAITED };

static struct MHD_Daemon *daemon_handle;
static char base_url[64];

/* The big buffers of calls that are over, for the next ones: pages come and go too fast for malloc.
 */
enum { SPARES_MAX = 24, SPARE_BYTES = 8 << 20 };
static struct text spares[SPARES_MAX];
static size_t spare_count;

static struct text spare_take(void)
{
    return spare_count ? spares[--spare_count] : (struct text){0};
}

static void spare_give(struct text *t)
{
    text_clear(t);
    if (t->max && t->max <= SPARE_BYTES && spare_count < SPARES_MAX)
        spares[spare_count++] = *t;
    else
        text_done(t);
}

static enum MHD_Result take_query(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct call *c = cls;

    (void)kind;
    c->query = mem_grow(c->query, (c->query_count + 1) * sizeof *c->query);
    c->query[c->query_count++] = (struct pair){mem_copy(name), mem_copy(value ? value : "")};
    return MHD_YES;
}

static char *take_header(struct MHD_Connection *connection, const char *name)
{
    return mem_copy(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static enum method method_of(const char *name)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return (enum method)i;
    }
    return METHOD_OTHER;
}

static struct call *call_new(struct MHD_Connection *connection, const char *url, const char *method)
{
    static const char *const method_names[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OTHER"};
    struct call *c = mem_need(sizeof *c);

    c->connection = connection;
    c->body = spare_take();
    c->reply.body = spare_take();
    c->packed = spare_take();
    c->method = method_of(method);
    c->method_name = method_names[c->method];
    c->path = mem_copy(url);
    c->base = base_url;
    c->authorization = take_header(connection, "Authorization");
    c->accept_encoding = take_header(connection, "Accept-Encoding");
    c->partner_id = take_header(connection, "Sendcloud-Partner-Id");
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, c);
    return c;
}

static void call_free(struct call *c)
{
    if (c->system && c->prepared)
        c->system->forget(c);
    call_answer(c, 0, NULL);
    for (size_t i = 0; i < c->query_count; i++) {
        free(c->query[i].name);
        free(c->query[i].value);
    }
    free(c->query);
    free(c->path);
    free(c->authorization);
    free(c->accept_encoding);
    free(c->partner_id);
    spare_give(&c->body);
    spare_give(&c->reply.body);
    spare_give(&c->packed);
    free(c);
}

static void call_over(void *cls, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)connection;
    (void)why;
    if (*state)
        call_free(*state);
    *state = NULL;
}

/* Compresses the body into c->packed; the stream is kept, as setting one up costs more than a page.
 */
static bool pack(struct call *c)
{
    static z_stream z;
    static bool ready;

    if (!ready && deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    ready = true;
    (void)deflateReset(&z);
    z.next_in = (Bytef *)c->reply.body.s;
    z.avail_in = (uInt)c->reply.body.len;
    c->packed.len = 0;
    z.avail_out = (uInt)deflateBound(&z, z.avail_in);
    z.next_out = (Bytef *)text_room(&c->packed, z.avail_out);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        return false;
    c->packed.len = z.total_out;
    return true;
}

static bool wants_gzip(const struct call *c)
{
    bool accepts = c->accept_encoding && strstr(c->accept_encoding, "gzip");

    if (!accepts || !c->reply.body.len)
        return false;
    return c->reply.wire == WIRE_CUT_GZIP || (c->reply.gzip && c->reply.body.len > GZIP_FROM);
}

static const struct text *wire_body(const struct call *c)
{
    return c->packed.len ? &c->packed : &c->reply.body;
}

/* Hands out the body piece by piece; in drips it sleeps between the pieces. */
static ssize_t read_piece(void *cls, uint64_t pos, char *to, size_t max)
{
    struct call *c = cls;
    const struct text *body = wire_body(c);
    size_t n = body->len - (size_t)pos;

    if (!n)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (c->reply.wire == WIRE_DRIP) {
        size_t drip = body->len / DRIPS + 1;

        if (pos && c->sent != pos && hold_connection(c->connection, DRIP_MS, -1)) {
            c->sent = (size_t)pos;
            return 0;
        }
        n = n < drip ? n : drip;
    }
    n = n < max ? n : max;
    memcpy(to, body->s + pos, n);
    return (ssize_t)n;
}

static int call_socket(const struct call *c)
{
    return MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* Sends a part of the answer past the library and breaks the connection. */
static enum MHD_Result send_broken(struct call *c)
{
    static const struct sockaddr unspec = {.sa_family = AF_UNSPEC};
    const struct text *body = wire_body(c);
    size_t half = body->len / 2 < RAW_MAX ? body->len / 2 : RAW_MAX;
    int fd = call_socket(c);
    struct text head = {0};

    text_str(&head, "HTTP/1.1 ");
    if (c->reply.wire != WIRE_RESET_HEAD) {
        text_fmt(&head, "%d OK\r\nContent-Length: %zu\r\n", c->reply.status, body->len);
        if (c->reply.type)
            text_fmt(&head, "Content-Type: %s\r\n", c->reply.type);
        text_str(&head, c->packed.len ? "Content-Encoding: gzip\r\n\r\n" : "\r\n");
        text_add(&head, body->s, half);
    }
    if (c->reply.wire != WIRE_RESET)
        (void)!send(fd, head.s, head.len, MSG_NOSIGNAL);
    if (c->reply.wire != WIRE_CUT_BODY)
        (void)!connect(fd, &unspec, sizeof unspec);
    text_done(&head);
    return MHD_NO;
}

static void add_headers(const struct call *c, struct MHD_Response *response)
{
    struct text date = {0};
    bool dated = false;

    for (size_t i = 0; i < c->reply.header_count; i++) {
        const struct pair *h = &c->reply.headers[i];

        dated = dated || same_text(h->name, "Date");
        (void)MHD_add_response_header(response, h->name, h->value);
    }
    if (!dated) {
        text_http_date(&date, clock_s());
        (void)MHD_add_response_header(response, "Date", date.s);
        text_done(&date);
    }
    if (c->reply.type && c->reply.status != MHD_HTTP_NO_CONTENT)
        (void)MHD_add_response_header(response, "Content-Type", c->reply.type);
    if (c->packed.len)
        (void)MHD_add_response_header(response, "Content-Encoding", "gzip");
}

static enum MHD_Result send_reply(struct call *c)
{
    const struct text *body;
    struct MHD_Response *response;
    enum MHD_Result done;

    if (wants_gzip(c) && pack(c) && c->reply.wire == WIRE_CUT_GZIP)
        c->packed.len = c->packed.len * 2 / 3;
    body = wire_body(c);
    if (c->reply.wire == WIRE_SILENCE)
        return MHD_NO;
    if (c->reply.wire == WIRE_RESET || c->reply.wire == WIRE_RESET_HEAD ||
        c->reply.wire == WIRE_RESET_BODY || c->reply.wire == WIRE_CUT_BODY)
        return send_broken(c);
    if (body->len && (c->reply.chunked || c->reply.wire == WIRE_DRIP))
        response = MHD_create_response_from_callback(
            c->reply.chunked ? MHD_SIZE_UNKNOWN : body->len, PIECE, read_piece, c, NULL);
    else
        response = MHD_create_response_from_buffer(body->len, body->s, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    add_headers(c, response);
    done = MHD_queue_response(c->connection, (unsigned)c->reply.status, response);
    MHD_destroy_response(response);
    return done;
}

/* True when the connection now waits and the library will ask again. */
static bool must_wait(struct call *c)
{
    c->stage = STAGE_WAITED;
    if (c->reply.wire == WIRE_SILENCE)
        return hold_connection(c->connection, SILENCE_MS, call_socket(c));
    if (c->reply.delay_ms > 0)
        return hold_connection(c->connection, c->reply.delay_ms, -1);
    return false;
}

/* The library calls it for the header, for each piece of the body, and again when it may answer. */
// NOLINTNEXTLINE(readability-function-size): the eight parameters are the library's
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **state)
{
    struct call *c = *state;

    (void)cls;
    (void)version;
    if (!c) {
        *state = call_new(connection, url, method);
        return MHD_YES;
    }
    if (*data_len) {
        if (c->body.len + *data_len > BODY_MAX)
            return MHD_NO;
        text_add(&c->body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    if (c->stage == STAGE_READING) {
        if (!c->body.s)
            text_str(&c->body, "");
        c->stage = STAGE_ANSWERED;
        run_call(c);
        if (c->system)
            c->reply.delay_ms += switch_int(SWITCH_LATENCY_MS);
    }
    if (c->stage == STAGE_ANSWERED && must_wait(c))
        return MHD_YES;
    return send_reply(c);
}

/* A socket that listens on this machine only; -1 when the port is taken. */
static int listen_here(uint16_t port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&here, sizeof here) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* The address in words, for the cursors that answers carry. */
static uint16_t name_address(int fd)
{
    struct sockaddr_in here = {0};
    socklen_t n = sizeof here;
    struct text url = {0};

    if (getsockname(fd, (struct sockaddr *)&here, &n) != 0)
        return 0;
    text_fmt(&url, "http://127.0.0.1:%u", (unsigned)ntohs(here.sin_port));
    text_copy(base_url, sizeof base_url, url.s);
    text_done(&url);
    return ntohs(here.sin_port);
}

uint16_t serve_open(uint16_t port)
{
    int fd = listen_here(port);

    if (fd < 0 || !hold_open())
        return 0;
    port = name_address(fd);
    daemon_handle =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL,
                         handle, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
                         call_over, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 << 10,
                         MHD_OPTION_CONNECTION_LIMIT, 900u, MHD_OPTION_END);
    return daemon_handle ? port : 0;
}

void serve_done(void)
{
    hold_done();
    MHD_stop_daemon(daemon_handle);
    while (spare_count)
        text_done(&spares[--spare_count]);
}
