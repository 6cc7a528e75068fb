#include "harness/world.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/folder.h"
#include "harness/harness.h"
#include "wire/json.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 12

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value ? value : otherwise;
}

static void must(bool good, const struct err *err)
{
    if (!good)
        fail_msg("%s", err->text);
}

/* ---- clock ---- */

static void open_clock(struct world *world)
{
    char path[320];
    int64_t zero = 0;
    int fd;

    (void)snprintf(path, sizeof path, "%s/clock", world->root);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, &zero, sizeof zero) == sizeof zero);
    world->clock_map = mmap(NULL, sizeof zero, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(world->clock_map != MAP_FAILED);
    world->clock_ms = world->clock_map;
    (void)close(fd);
}

void world_at(struct world *world, const char *iso)
{
    struct err err;
    int64_t utc = 0;

    must(iso_parse(iso, &utc, &err), &err);
    atomic_store(world->clock_ms, utc * 1000);
}

void world_pass(struct world *world, int64_t seconds)
{
    atomic_fetch_add(world->clock_ms, seconds * 1000);
}

/* ---- processes ---- */

/* execv takes its words as if it might change them. */
static char *const *as_argv(const char *const *words)
{
    char *const *argv;

    memcpy(&argv, &words, sizeof argv);
    return argv;
}

/* In the child: this world's clock, the output into a file, and the program. */
static void become(const struct world *world, const char *output, const char *environment,
                   const char *const *argv)
{
    char path[320];
    int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    (void)snprintf(path, sizeof path, "%s/clock", world->root);
    (void)setenv("TAGWERK_CLOCK", path, 1);
    if (!environment || !strstr(environment, "_proxy="))
        (void)setenv("no_proxy", "*", 1);
    if (environment) {
        char name[64];
        size_t len = strcspn(environment, "=");

        (void)snprintf(name, sizeof name, "%.*s", (int)len, environment);
        (void)setenv(name, environment + len + 1, 1);
    }
    (void)dup2(fd, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    (void)execv(argv[0], as_argv(argv));
    _exit(127);
}

pid_t world_start(struct world *world, const char *environment, const char *const *words)
{
    const char *argv[WORDS_MAX + 4] = {setting("TAGWERK_BIN", "build/asan/tagwerk"), "--home",
                                       world->home};
    char output[320];
    size_t len = 3;
    pid_t pid;

    for (; *words && len < WORDS_MAX + 3; words++)
        argv[len++] = *words;
    (void)snprintf(output, sizeof output, "%s/output-%u", world->root, ++world->started);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(world, output, environment, argv);
    return pid;
}

int world_wait(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const char *world_output(struct world *world, unsigned number)
{
    AUTO(buf_done) struct buf text = {0};
    const char *path = arena_format(&world->arena, "%s/output-%u", world->root, number);
    bool missing; /* so early, it has not even begun */
    struct err err;

    must(file_read(path, &text, &missing, &err), &err);
    return arena_text(&world->arena, buf_str(&text));
}

static int run_words(struct world *world, const char *environment, const char *const *words)
{
    int code = world_wait(world_start(world, environment, words));

    world->output = world_output(world, world->started);
    if (code == 99 || code > 128) /* a sanitizer's word, or a signal */
        fail_msg("the program ended with %d:\n%s", code, world->output);
    return code;
}

static void take_words(va_list args, const char *words[static WORDS_MAX + 1])
{
    size_t len = 0;

    while (len < WORDS_MAX && (words[len] = va_arg(args, const char *)))
        len++;
    words[len] = NULL;
}

int world_run(struct world *world, ...)
{
    const char *words[WORDS_MAX + 1];
    va_list args;

    va_start(args, world);
    take_words(args, words);
    va_end(args);
    return run_words(world, NULL, words);
}

int world_run_with(struct world *world, const char *environment, ...)
{
    const char *words[WORDS_MAX + 1];
    va_list args;

    va_start(args, environment);
    take_words(args, words);
    va_end(args);
    return run_words(world, environment, words);
}

static void open_sandbox(struct world *world)
{
    char clock[320], line[128] = "";
    const char *argv[] = {setting("TAGWERK_SANDBOX", "build/asan/tests/sandbox/sandbox"), "--clock",
                          clock, NULL};
    const char *colon;
    int ends[2];
    FILE *from;

    (void)snprintf(clock, sizeof clock, "%s/clock", world->root);
    assert_int_equal(pipe(ends), 0);
    world->sandbox = fork();
    assert_true(world->sandbox >= 0);
    if (world->sandbox == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails never comes to world_close */
        (void)execv(argv[0], as_argv(argv));
        _exit(127);
    }
    (void)close(ends[1]);
    from = fdopen(ends[0], "r");
    assert_non_null(from);
    assert_non_null(fgets(line, sizeof line, from));
    (void)fclose(from);
    colon = strrchr(line, ':');
    assert_non_null(colon);
    world->port = (unsigned)strtoul(colon + 1, NULL, 10);
}

/* ---- the home ---- */

static void copy_folder(const char *from, const char *to)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf content = {0};
    const char *const *names;
    size_t count;
    struct err err;

    must(folder_list(from, &arena, &names, &count, &err), &err);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const char *source = arena_format(&arena, "%s/%s", from, names[i]);
        const char *target = arena_format(&arena, "%s/%s", to, names[i]);

        if (!strchr(names[i], '.')) {
            copy_folder(source, target);
            continue;
        }
        must(file_read(source, &content, NULL, &err), &err);
        must(file_put(target, buf_str(&content), content.len, &err), &err);
    }
}

void world_configure_text(struct world *world, const char *text)
{
    const char *path = arena_format(&world->arena, "%s/tagwerk.conf", world->home);
    struct err err;

    must(file_put(path, text, strlen(text), &err), &err);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

void world_configure(struct world *world, const char *shop, const char *parcels, const char *route,
                     const char *rest)
{
    world_configure_text(
        world,
        arena_format(&world->arena,
                     "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n"
                     "partner_token = demo-partner-token\naccount_token = demo-account-token\n%s\n"
                     "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:%u\napi = %s\n"
                     "public_key = demo-public\nsecret_key = demo-secret\nintegration = 7\n%s\n"
                     "[route shop-parcels]\nfrom = shop\nto = parcels\n%s\n%s\n",
                     world->port, or_empty(shop), world->port, world->api, or_empty(parcels),
                     route ? route : "tag = Sendcloud abgeschlossen", or_empty(rest)));
}

void world_remap(struct world *world, const char *file, const char *from, const char *to)
{
    AUTO(buf_done) struct buf content = {0};
    const char *path = arena_format(&world->arena, "%s/mappings/%s", world->home, file);
    const char *at, *changed;
    struct err err;

    must(file_read(path, &content, NULL, &err), &err);
    at = strstr(buf_str(&content), from);
    if (!at)
        fail_msg("'%s' does not stand in %s", from, file);
    changed = arena_format(&world->arena, "%.*s%s%s", (int)(at - content.data), content.data, to,
                           at + strlen(from));
    must(file_put(path, changed, strlen(changed), &err), &err);
}

void world_home(struct world *world, const char *name)
{
    const char *mappings;

    (void)snprintf(world->home, sizeof world->home, "%.255s/%.40s", world->root, name);
    mappings = arena_format(&world->arena, "%s/mappings", world->home);
    if (!file_exists(mappings))
        copy_folder(arena_format(&world->arena, "%s/mappings", setting("TAGWERK_ROOT", ".")),
                    mappings);
}

void world_open(struct world *world, const char *now_iso)
{
    *world = (struct world){.api = "v2-integration"};
    (void)snprintf(world->root, sizeof world->root, "%s/tagwerk-world-XXXXXX",
                   setting("TMPDIR", "/tmp"));
    assert_non_null(mkdtemp(world->root));
    open_clock(world);
    world_at(world, now_iso);
    open_sandbox(world);
    world_home(world, "home");
    world_configure(world, NULL, NULL, NULL, NULL);
    (void)world_control(world, "POST", "/afterbuy/tags", "[\"Sendcloud abgeschlossen\"]");
}

void world_close(struct world *world)
{
    int status;

    (void)kill(world->sandbox, SIGTERM);
    assert_int_equal(waitpid(world->sandbox, &status, 0), world->sandbox);
    (void)munmap(world->clock_map, sizeof(int64_t));
    if (!getenv("TAGWERK_KEEP_WORLD"))
        tree_remove(world->root);
    arena_done(&world->arena);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the sandbox ended with status %d", status);
}

/* ---- HTTP ---- */

static int connect_to(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address),
                     0);
    return fd;
}

/* Stops where the far side has heard enough: its answer tells the rest. */
static void send_all(int fd, const char *bytes, size_t len)
{
    ssize_t sent;

    for (; len && (sent = send(fd, bytes, len, MSG_NOSIGNAL)) > 0; len -= (size_t)sent)
        bytes += sent;
}

static void receive_all(int fd, struct buf *out)
{
    char bytes[65536];
    ssize_t got;

    while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0)
        buf_put(out, bytes, (size_t)got);
}

int world_http(struct world *world, unsigned port, const char *method, const char *path,
               const char *headers, const char *body, const char **answer)
{
    AUTO(buf_done) struct buf text = {0};
    const char *rest;
    int fd = connect_to(port);

    buf_format(&text, "%s %s HTTP/1.0\r\nContent-Length: %zu\r\n%s\r\n", method, path,
               body ? strlen(body) : 0, or_empty(headers));
    send_all(fd, text.data, text.len);
    if (body)
        send_all(fd, body, strlen(body));
    buf_reset(&text);
    receive_all(fd, &text);
    (void)close(fd);
    rest = strstr(buf_str(&text), "\r\n\r\n");
    if (!rest || text.len < 12)
        fail_msg("%s %s: no answer: %s", method, path, buf_str(&text));
    if (answer)
        *answer = arena_text(&world->arena, rest ? rest + 4 : "");
    return (int)strtol(buf_str(&text) + 9, NULL, 10);
}

/* ---- control ---- */

const struct node *world_control(struct world *world, const char *method, const char *path,
                                 const char *json)
{
    const struct node *root = NULL;
    const char *answer;
    struct err err;
    int status =
        world_http(world, world->port, method, arena_format(&world->arena, "/_control%s", path),
                   "Content-Type: application/json\r\n", json, &answer);

    if (status != 200)
        fail_msg("%s /_control%s: %d %s", method, path, status, answer);
    else if (*answer)
        must(json_parse(answer, strlen(answer), &world->arena, &root, &err), &err);
    return root;
}

static int64_t number_at(const struct node *node, const char *path)
{
    const char *text = node_text(node, path);

    return text ? strtoll(text, NULL, 10) : 0;
}

int64_t world_count(struct world *world, const char *path)
{
    return number_at(world_control(world, "GET", "/counts", NULL), path);
}

void world_order(struct world *world, const char *members)
{
    (void)world_control(world, "POST", "/afterbuy/orders",
                        arena_format(&world->arena, "[{%s}]", members));
}

void world_fault(struct world *world, const char *json)
{
    (void)world_control(world, "POST", "/faults", json);
}

const struct node *world_state(struct world *world, const char *system)
{
    return world_control(world, "GET", arena_format(&world->arena, "/state/%s", system), NULL);
}

/* ---- reports ---- */

struct csv_table world_csv(struct world *world, const char *path_below_home)
{
    struct csv_table table = {0};
    struct err err;

    must(csv_load(arena_format(&world->arena, "%s/%s", world->home, path_below_home), &world->arena,
                  &table, &err),
         &err);
    return table;
}

bool world_has_file(struct world *world, const char *path_below_home)
{
    return file_exists(arena_format(&world->arena, "%s/%s", world->home, path_below_home));
}

static size_t column_of(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->header.cells_len; i++)
        if (text_same(table->header.cells[i], name))
            return i;
    fail_msg("%s has no column %s", table->path, name);
    return 0;
}

/* The cell of the row whose `key` column holds `value`. */
static const char *find_cell(const struct csv_table *table, const char *key, const char *value,
                             const char *column)
{
    size_t key_at = column_of(table, key), at = column_of(table, column);

    for (size_t i = 0; i < table->rows_len; i++)
        if (text_same(table->rows[i].cells[key_at], value))
            return table->rows[i].cells[at];
    return NULL;
}

const char *world_cell(struct world *world, const char *day, const char *file, const char *ref,
                       const char *column)
{
    struct csv_table table =
        world_csv(world, arena_format(&world->arena, "reports/%s/%s", day, file));

    return find_cell(&table, "source_id", ref, column);
}

int64_t world_summary(struct world *world, const char *day, const char *flow, const char *column)
{
    struct csv_table table =
        world_csv(world, arena_format(&world->arena, "reports/%s/summary.csv", day));
    const char *cell = find_cell(&table, "flow", flow, column);

    return cell ? strtoll(cell, NULL, 10) : -1;
}

static void assert_row_balances(const struct csv_table *table, const struct csv_row *row)
{
    int64_t parts = 0;

    for (size_t i = column_of(table, "sent"); i < row->cells_len; i++)
        parts += strtoll(row->cells[i], NULL, 10);
    assert_int_equal(strtoll(row->cells[column_of(table, "source")], NULL, 10), parts);
    assert_string_equal(row->cells[column_of(table, "unexplained")], "0");
}

uint64_t world_doubled(struct world *world)
{
    return (uint64_t)number_at(world_control(world, "GET", "/check", NULL), "doubled");
}

void world_assert_balanced(struct world *world)
{
    const char *const *days;
    size_t count;
    struct err err;

    must(folder_list(arena_format(&world->arena, "%s/reports", world->home), &world->arena, &days,
                     &count, &err),
         &err);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        struct csv_table table =
            world_csv(world, arena_format(&world->arena, "reports/%s/summary.csv", days[i]));

        for (size_t r = 0; r < table.rows_len; r++)
            assert_row_balances(&table, &table.rows[r]);
    }
    assert_int_equal(world_doubled(world), 0);
}

void world_assert_quiet(struct world *world)
{
    int64_t before = world_count(world, "writes");

    (void)world_run(world, "run", NULL);
    assert_int_equal(world_count(world, "writes"), before);
    world_assert_balanced(world);
}
