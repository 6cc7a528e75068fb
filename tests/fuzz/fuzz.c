#include "fuzz/fuzz.h"

#include "core/text.h"
#include "model/codec.h"
#include "wire/json.h"
#include "wire/xml.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

void must_hold(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, what);
    abort();
}

/* Compared by hashes: a search byte by byte would teach the fuzzer how to spell the secret. */
static bool holds_secret(const char *text, size_t len)
{
    static const char secret[] = FUZZ_SECRET;
    size_t size = sizeof secret - 1;

    for (const char *at = text; (size_t)(at - text) + size <= len; at++) {
        char piece[sizeof secret] = "";

        at = memchr(at, *secret, len - (size_t)(at - text));
        if (!at || len - (size_t)(at - text) < size)
            return false;
        memcpy(piece, at, size);
        if (text_hash(piece) == text_hash(secret))
            return true;
    }
    return false;
}

/* ---- the input ---- */

/* Takes `len` bytes, and `more` that are left out. */
static struct input take(struct input *input, size_t len, size_t more)
{
    struct input taken = {input->at, len};

    if (len + more > input->len)
        more = input->len - len;
    input->at += len + more;
    input->len -= len + more;
    return taken;
}

struct input input_line(struct input *input)
{
    size_t len = 0;

    while (len < input->len && input->at[len] != '\n')
        len++;
    return take(input, len, 1);
}

struct input input_part(struct input *input)
{
    static const char mark[] = "---\n";
    size_t size = sizeof mark - 1;

    for (size_t len = 0; len + size <= input->len; len++)
        if ((len == 0 || input->at[len - 1] == '\n') && memcmp(input->at + len, mark, size) == 0)
            return take(input, len, size);
    return take(input, input->len, 0);
}

size_t input_pick(struct input *input, size_t count)
{
    return input->len ? (uint8_t)(*take(input, 1, 0).at - 'A') % count : 0;
}

/* The fuzzer is not to see that this is a way of its own: it would go it all the time, and a
 * process costs as much as a hundred inputs. */
#ifdef __clang__
#define UNSEEN __attribute__((no_sanitize("coverage")))
#else
#define UNSEEN
#endif

UNSEEN static void play_shortage(struct input input)
{
    size_t pieces;
    pid_t pid;
    int status;

    (void)take(&input, 1, 0);
    pieces = input_pick(&input, 256);
    pieces += input_pick(&input, 256) * 256;
    if (input.len && *input.at == SHORTAGE) /* one is enough */
        return;
    (void)work_folder(); /* ours, so that it goes when we do */
    pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        memory_ends_after(pieces);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)input.at, input.len);
        _exit(0);
    }
    while (waitpid(pid, &status, 0) != pid)
        must(errno == EINTR); /* libFuzzer's clock */
    must(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == MEMORY_EXIT));
}

/* One that knows our secrets proves nothing: then it is empty. */
UNSEEN struct input input_of(const uint8_t *bytes, size_t len)
{
    static const struct input none = {"", 0};
    struct input input = {(const char *)bytes, len};

    if (len == 0 || holds_secret(input.at, len))
        return none;
    if (len < SHORTAGE_SIZE || *input.at != SHORTAGE)
        return input;
    play_shortage(input);
    return none;
}

/* ---- what must be true ---- */

void check_text(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    must(!len || utf8_valid(text, len));
    must(!holds_secret(text, len));
}

void check_err(const struct err *err)
{
    must(err->kind > ERR_NONE && err->kind <= ERR_STORE);
    must(*err->text);
    must(!strchr(err->text, '\n'));
    check_text(err->text);
    check_text(err->code);
}

static void check_fields(const struct shape *shape, void *base)
{
    for (size_t i = 0; i < shape->fields_len; i++) {
        const struct field *field = &shape->fields[i];

        if (field->type == FIELD_TEXT)
            check_text(*field_text(field, base));
        for (size_t n = 0; field->type == FIELD_TEXTS && n < field_texts(field, base)->len; n++)
            check_text(field_texts(field, base)->list[n]);
    }
}

static void put_record(const struct record *record, struct buf *out)
{
    struct json_out json = json_begin(out);

    record_put(&json, record, 0);
}

void check_record(const struct record *record, struct arena *arena)
{
    AUTO(buf_done) struct buf before = {0}, after = {0};
    const struct node *root;
    struct record *again;
    struct err err;

    must(!text_is_empty(record->ref));
    check_fields(shape_of(record->kind), (void *)(uintptr_t)record);
    for (size_t i = 0; record->kind == KIND_ORDERS && i < ORDER_OF(record)->items_len; i++)
        check_fields(&item_shape, &ORDER_OF(record)->items[i]);
    put_record(record, &before);
    must(json_parse(before.data, before.len, arena, &root, &err));
    must(record_get(root, record->kind, arena, &again, &err));
    put_record(again, &after);
    must(text_same(buf_str(&before), buf_str(&after)));
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7F)
            return false;
    return true;
}

static void check_headers(const struct request *request)
{
    must(request->headers_len < REQUEST_HEADERS_MAX); /* session.c adds one */
    for (size_t i = 0; i < request->headers_len; i++)
        must(!strpbrk(request->headers[i].value, "\r\n"));
}

void check_request(const struct account *account, struct request *request, struct arena *arena)
{
    const char *url = buf_str(&request->url);
    size_t base = strlen(account->url);
    struct err err = {0};
    const struct node *root;

    check_text(buf_str(&request->body));
    must(!account->connector->sign || account->connector->sign(account, request, &err));
    must(strncmp(url, account->url, base) == 0 && (url[base] == '/' || url[base] == '?'));
    must(is_printable(url));
    check_text(url);
    check_headers(request);
    if (request->body.len)
        must(account->connector->format == FORMAT_XML
                 ? xml_parse(request->body.data, request->body.len, arena, &root, &err)
                 : json_parse(request->body.data, request->body.len, arena, &root, &err));
}

void request_done(struct request *request)
{
    buf_done(&request->url);
    buf_done(&request->body);
}

/* ---- the work folder ---- */

static char folder[PATH_SIZE];

/* There are no folders in it. */
static void remove_folder(void)
{
    struct arena arena = {0};
    const char *const *names;
    size_t count;
    struct err err;

    must(folder_list(folder, &arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++)
        (void)unlink(arena_format(&arena, "%s/%s", folder, names[i]));
    (void)rmdir(folder);
    arena_done(&arena);
}

const char *work_folder(void)
{
    static const char name[] = "tagwerk-fuzz-XXXXXX";
    const char *wanted = getenv("TMPDIR");

    if (*folder)
        return folder;
    if (!wanted)
        wanted = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    must((size_t)snprintf(folder, sizeof folder, "%s/%s", wanted, name) < sizeof folder);
    must(mkdtemp(folder));
    must(atexit(remove_folder) == 0);
    return folder;
}

const char *work_file(const char *name, struct input content)
{
    static char path[PATH_SIZE];
    struct err err;
    int fd;

    must(path_join(path, &err, work_folder(), name, NULL));
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0);
    must(write(fd, content.at, content.len) == (ssize_t)content.len);
    must(close(fd) == 0);
    return path;
}

const char *root_folder(void)
{
    static char here[PATH_SIZE];
    const char *root = getenv("TAGWERK_ROOT");

    must(getcwd(here, sizeof here));
    return root ? root : here;
}
