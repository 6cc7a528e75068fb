#include "store/inbox.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "wire/hash.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 64
#define SILENCE_S 10
#define WHOLE_MS 30000 /* for a body to come, however busily it drips */
#define DRAIN_MAX                                                                                  \
    (8 * INBOX_BODY_MAX) /* read and dropped, so that the sender gets to read its 413 */
#define DIGEST_SIZE 8    /* bytes of the digest in a name */

struct inbox {
    struct MHD_Daemon *server;
    char home[PATH_SIZE];
    const struct inbox_door *doors;
    struct arena scratch; /* of the server's thread */
    _Atomic uint64_t stored, refused;
};

/* One request while its body comes. */
struct delivery {
    const struct inbox_door *door;
    struct buf body;
    size_t seen;
    int64_t begun_ms;
};

/* --- Storing ---------------------------------------------------------------------------------- */

static bool is_delivery(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".json") == 0;
}

/* "-<digest>.json": how the names of one event end. */
static void name_end(const struct buf *body, char *out, size_t size)
{
    unsigned char digest[FINGERPRINT_SIZE];
    char hex[2 * DIGEST_SIZE + 1];

    fingerprint(buf_str(body), body->len, digest);
    hex_put(digest, DIGEST_SIZE, hex);
    (void)snprintf(out, size, "-%s.json", hex);
}

static bool waits_already(const char *folder, const char *end, struct arena *scratch, bool *out,
                          struct err *err)
{
    const char *const *names;
    size_t count;

    if (!folder_list(folder, scratch, &names, &count, err))
        return false;
    *out = false;
    for (size_t i = 0; i < count && !*out; i++) {
        const char *dash = strrchr(names[i], '-');

        *out = dash && strcmp(dash, end) == 0;
    }
    return true;
}

/* Durable when it returns true, or was so before. */
static bool store(struct inbox *inbox, const struct delivery *delivery, struct err *err)
{
    char folder[PATH_SIZE], path[PATH_SIZE], end[64], name[128];
    bool waits;

    arena_reset(&inbox->scratch);
    name_end(&delivery->body, end, sizeof end);
    if (!path_join(folder, err, inbox->home, "staging", "inbox", delivery->door->account, NULL) ||
        !waits_already(folder, end, &inbox->scratch, &waits, err))
        return false;
    if (waits)
        return true;
    (void)snprintf(name, sizeof name, "%016lld%s", (long long)clock_ms(), end);
    if (!path_join(path, err, folder, name, NULL) ||
        !file_put(path, buf_str(&delivery->body), delivery->body.len, err))
        return false;
    atomic_fetch_add(&inbox->stored, 1);
    return true;
}

/* --- Serving ---------------------------------------------------------------------------------- */

static enum MHD_Result answer(struct inbox *inbox, struct MHD_Connection *connection,
                              unsigned status, const char *text)
{
    char body[64];
    struct MHD_Response *response;
    enum MHD_Result queued;

    (void)snprintf(body, sizeof body, "%s\n", text);
    response = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO; // GCOVR_EXCL_LINE: out of memory
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    if (status != MHD_HTTP_OK)
        atomic_fetch_add(&inbox->refused, 1);
    return queued;
}

static const struct inbox_door *door_of(const struct inbox *inbox, const char *path)
{
    for (const struct inbox_door *door = inbox->doors; door->path; door++)
        if (strcmp(door->path, path) == 0)
            return door;
    return NULL;
}

static bool announces_too_much(struct MHD_Connection *connection)
{
    const char *text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return text && strtoull(text, NULL, 10) > INBOX_BODY_MAX;
}

/* Headers are here, the body is not: what can be refused without it is. */
static enum MHD_Result begin(struct inbox *inbox, struct MHD_Connection *connection,
                             const char *path, const char *method, struct delivery **out)
{
    const struct inbox_door *door = door_of(inbox, path);
    struct delivery *delivery;

    if (!door)
        return answer(inbox, connection, MHD_HTTP_NOT_FOUND, "no such address");
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return answer(inbox, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "events come by POST");
    if (announces_too_much(connection))
        return answer(inbox, connection, MHD_HTTP_CONTENT_TOO_LARGE, "too large for an event");
    delivery = heap_resize(NULL, sizeof *delivery);
    *delivery =
        (struct delivery){.door = door, .body.max = INBOX_BODY_MAX, .begun_ms = clock_steady_ms()};
    *out = delivery;
    return MHD_YES;
}

static enum MHD_Result take(struct delivery *delivery, const char *bytes, size_t *len)
{
    delivery->seen += *len;
    buf_put(&delivery->body, bytes, *len);
    *len = 0;
    /* MHD_NO cuts the connection. */
    return delivery->seen > DRAIN_MAX || clock_steady_ms() - delivery->begun_ms > WHOLE_MS
               ? MHD_NO
               : MHD_YES;
}

static enum MHD_Result finish(struct inbox *inbox, struct MHD_Connection *connection,
                              const struct delivery *delivery)
{
    const struct inbox_door *door = delivery->door;
    const char *signature =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, door->signature_header);
    const struct buf *body = &delivery->body;
    struct err err;

    if (body->over)
        return answer(inbox, connection, MHD_HTTP_CONTENT_TOO_LARGE, "too large for an event");
    if (!signature || !door->genuine(door->context, signature, buf_str(body), body->len))
        return answer(inbox, connection, MHD_HTTP_UNAUTHORIZED, "the signature does not fit");
    if (!store(inbox, delivery, &err))
        return answer(inbox, connection, MHD_HTTP_SERVICE_UNAVAILABLE, "cannot be stored now");
    return answer(inbox, connection, MHD_HTTP_OK, "ok");
}

// NOLINTNEXTLINE(readability-function-size): the signature is libmicrohttpd's
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *bytes, size_t *len, void **state)
{
    struct inbox *inbox = context;
    struct delivery *delivery = *state;
    enum MHD_Result result;

    (void)version;
    if (delivery && *len)
        return take(delivery, bytes, len);
    if (delivery)
        return finish(inbox, connection, delivery);
    result = begin(inbox, connection, path, method, &delivery);
    *state = delivery;
    return result;
}

static void on_end(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode how)
{
    struct delivery *delivery = *state;

    (void)context;
    (void)connection;
    (void)how;
    if (!delivery)
        return;
    buf_done(&delivery->body);
    heap_free(delivery);
    *state = NULL;
}

/* --- Starting and stopping -------------------------------------------------------------------- */

static bool listen_failed(const char *address, unsigned port, int fd, struct err *err)
{
    (void)err_errno(err, ERR_SETUP,
                    "the inbox cannot listen on %s port %u; choose another in "
                    "[inbox], or end who has it",
                    address, port);
    if (fd >= 0)
        (void)close(fd);
    return false;
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&bound;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&bound;

    if (getsockname(fd, (struct sockaddr *)(void *)&bound, &len) != 0)
        return 0; // GCOVR_EXCL_LINE: it was bound
    return ntohs(bound.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
}

static bool listen_on(const char *address, unsigned *port, int *out, struct err *err)
{
    struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                              .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char service[16];
    int fd, yes = 1;
    bool good;

    (void)snprintf(service, sizeof service, "%u", *port);
    if (getaddrinfo(address, service, &wanted, &found) != 0)
        return err_set(err, ERR_SETUP,
                       "the inbox address '%s' is not numeric, like 127.0.0.1 or ::1", address);
    fd = socket(found->ai_family, SOCK_STREAM, 0);
    good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
           bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, CONNECTIONS) == 0;
    freeaddrinfo(found);
    if (!good)
        return listen_failed(address, *port, fd, err);
    *port = port_of(fd);
    *out = fd;
    return true;
}

bool inbox_start(const char *home, const char *address, unsigned *port,
                 const struct inbox_door *doors, struct inbox **out, struct err *err)
{
    struct inbox *inbox;
    unsigned bound = *port;
    int fd = -1;

    if (strlen(home) >= sizeof inbox->home)
        return err_set(err, ERR_SETUP, "the path %.100s… is too long", home);
    if (!listen_on(address, &bound, &fd, err))
        return false;
    inbox = heap_resize(NULL, sizeof *inbox);
    *inbox = (struct inbox){.doors = doors};
    memcpy(inbox->home, home, strlen(home) + 1);
    inbox->server =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_request,
                         inbox, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
                         MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
    if (!inbox->server) {
        heap_free(inbox);                                             // GCOVR_EXCL_LINE: no thread
        return err_set(err, ERR_SETUP, "the inbox cannot be served"); // GCOVR_EXCL_LINE: as above
    }
    *port = bound;
    *out = inbox;
    return true;
}

void inbox_stop(struct inbox *inbox)
{
    if (!inbox)
        return;
    MHD_stop_daemon(inbox->server);
    arena_done(&inbox->scratch);
    heap_free(inbox);
}

void inbox_counts(const struct inbox *inbox, uint64_t *stored, uint64_t *refused)
{
    *stored = atomic_load(&inbox->stored);
    *refused = atomic_load(&inbox->refused);
}

/* --- Taking ----------------------------------------------------------------------------------- */

static struct inbox_file read_delivery(const char *path, struct arena *arena)
{
    AUTO(buf_done) struct buf body = {.max = 2 * INBOX_BODY_MAX};
    struct err err;
    bool good = file_read(path, &body, NULL, &err);
    size_t len = good ? body.len : 0;

    return (struct inbox_file){arena_text(arena, path), arena_slice(arena, buf_str(&body), len),
                               len};
}

bool inbox_waiting(const char *home, const char *account, size_t most, struct arena *arena,
                   struct inbox_file **out, size_t *count, struct err *err)
{
    char folder[PATH_SIZE], path[PATH_SIZE];
    const char *const *names;
    struct inbox_file *files;
    size_t listed, len = 0;

    if (!path_join(folder, err, home, "staging", "inbox", account, NULL) ||
        !folder_list(folder, arena, &names, &listed, err))
        return false;
    files = arena_array(arena, listed < most ? listed : most, sizeof *files);
    for (size_t i = 0; i < listed && len < most; i++) {
        if (!is_delivery(names[i]))
            continue;
        if (!path_join(path, err, folder, names[i], NULL))
            return false;
        files[len++] = read_delivery(path, arena);
    }
    *out = files;
    *count = len;
    return true;
}

bool inbox_taken(const struct inbox_file *file, struct err *err)
{
    return file_remove(file->path, err);
}
