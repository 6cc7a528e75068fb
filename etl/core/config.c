#include "core/config.h"

#include "core/buf.h"
#include "core/decimal.h"
#include "core/file.h"
#include "core/text.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SECRET_MAX ((size_t)16 << 10)
#define KEYS_MAX 128
#define SECTIONS_MAX 256

/* The text being read. */
struct reader {
    const char *path;
    struct arena *arena;
    struct config_section *sections;
    size_t sections_len;
    struct config_key *keys; /* of the open section */
    unsigned line;
};

static bool wrong(const struct reader *reader, struct err *err, const char *what)
{
    return err_set(err, ERR_SETUP, "%s:%u: %s", reader->path, reader->line, what);
}

static bool section_is_there(const struct reader *reader, const char *kind, const char *name)
{
    for (size_t i = 0; i < reader->sections_len; i++)
        if (text_same(reader->sections[i].kind, kind) && text_same(reader->sections[i].name, name))
            return true;
    return false;
}

static bool take_section(struct reader *reader, const char *text, struct err *err)
{
    size_t len = strlen(text), kind_len;
    const char *words, *kind, *name;

    if (text[len - 1] != ']')
        return wrong(reader, err, "a section is written [kind name]: the closing ] is missing");
    words = text_trim(reader->arena, arena_slice(reader->arena, text + 1, len - 2));
    kind_len = strcspn(words, " \t");
    kind = arena_slice(reader->arena, words, kind_len);
    name = text_trim(reader->arena, words + kind_len);
    if (!*kind || strpbrk(name, " \t"))
        return wrong(reader, err, "a section is written [kind name], the name in one word");
    if (section_is_there(reader, kind, name))
        return wrong(reader, err, "this section stands twice");
    if (reader->sections_len == SECTIONS_MAX)
        return wrong(reader, err, "too many sections");
    reader->keys = arena_array(reader->arena, KEYS_MAX, sizeof *reader->keys);
    reader->sections[reader->sections_len++] = (struct config_section){
        .kind = kind, .name = name, .line = reader->line, .keys = reader->keys};
    return true;
}

static bool take_key(struct reader *reader, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    struct config_section *section =
        reader->sections_len ? &reader->sections[reader->sections_len - 1] : NULL;
    const char *name;

    if (!equals || equals == text)
        return wrong(reader, err, "expected `key = value`");
    if (!section)
        return wrong(reader, err, "a key before the first [section]");
    name = text_trim(reader->arena, arena_slice(reader->arena, text, (size_t)(equals - text)));
    for (size_t i = 0; i < section->keys_len; i++)
        if (text_same(section->keys[i].name, name))
            return wrong(reader, err, "this key stands twice in its section");
    if (section->keys_len == KEYS_MAX)
        return wrong(reader, err, "too many keys in a section");
    reader->keys[section->keys_len++] = (struct config_key){
        .name = name,
        .value = text_trim(reader->arena, arena_text(reader->arena, equals + 1)),
        .line = reader->line};
    return true;
}

static bool take_line(struct reader *reader, const char *text, struct err *err)
{
    if (!*text || *text == '#' || *text == ';')
        return true;
    return *text == '[' ? take_section(reader, text, err) : take_key(reader, text, err);
}

bool config_parse(const char *path, const char *text, size_t len, struct arena *arena,
                  struct config *out, struct err *err)
{
    struct reader reader = {.path = path, .arena = arena};
    const char *end = text + len;

    reader.sections = arena_array(arena, SECTIONS_MAX, sizeof *reader.sections);
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t take = stop ? (size_t)(stop - text) : (size_t)(end - text);

        reader.line++;
        if (!utf8_valid(text, take))
            return wrong(&reader, err, "this is not UTF-8 text; save the file as UTF-8");
        if (!take_line(&reader, text_trim(arena, arena_slice(arena, text, take)), err))
            return false;
        text += take + 1;
    }
    *out = (struct config){
        .path = path, .sections = reader.sections, .sections_len = reader.sections_len};
    return true;
}

bool config_load(const char *path, struct arena *arena, struct config *out, struct err *err)
{
    AUTO(buf_done) struct buf text = {.max = (size_t)4 << 20};

    if (!file_read(path, &text, NULL, err)) {
        err->kind = ERR_SETUP;
        return err_wrap(
            err, "no configuration (copy tagwerk.conf.example to tagwerk.conf and fill it in)");
    }
    return config_parse(arena_text(arena, path), buf_str(&text), text.len, arena, out, err);
}

/* One value being checked. */
struct value {
    const char *path;
    unsigned line;
    const struct option *option;
    const char *text;
};

static bool bad_value(const struct value *value, struct err *err, const char *wanted)
{
    return err_set(err, ERR_SETUP, "%s:%u: %s = '%.60s': %s", value->path, value->line,
                   value->option->name, value->text, wanted);
}

static bool is_choice(const char *choices, const char *text, struct arena *arena)
{
    for (const char *const *word = text_split(arena, choices, '|', NULL); *word; word++)
        if (text_same(*word, text))
            return true;
    return false;
}

static bool span_seconds(const char *text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    int64_t number = 0;
    size_t digits = strspn(text, "0123456789");

    if (!digits || digits > 9 || strlen(text) != digits + 1)
        return false;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (text[i] - '0');
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (units[i].unit != text[digits])
            continue;
        *out = number * units[i].seconds;
        return true;
    }
    return false;
}

static bool check_int(const struct value *value, struct err *err)
{
    struct err inner;
    int64_t number;
    char wanted[96];

    if (integer_parse(value->text, &number, &inner) && number >= value->option->min &&
        number <= value->option->max)
        return true;
    (void)snprintf(wanted, sizeof wanted, "must be a whole number from %lld to %lld",
                   (long long)value->option->min, (long long)value->option->max);
    return bad_value(value, err, wanted);
}

static bool check_span(const struct value *value, struct err *err)
{
    const struct option *option = value->option;
    int64_t seconds;
    char wanted[96];

    if (!span_seconds(value->text, &seconds))
        return bad_value(value, err, "must be a span such as 90s, 15m, 3h, 2d");
    if (!option->max || (seconds >= option->min && seconds <= option->max))
        return true;
    (void)snprintf(wanted, sizeof wanted, "must be a span from %llds to %llds",
                   (long long)option->min, (long long)option->max);
    return bad_value(value, err, wanted);
}

static bool is_url(const char *text)
{
    size_t host = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;

    return host && text[host] && !strchr(":/", text[host]) && text[strlen(text) - 1] != '/' &&
           !strpbrk(text, " \t?#@");
}

static bool check_value(const struct value *value, struct arena *arena, struct err *err)
{
    switch (value->option->type) {
    case OPTION_INT:
        return check_int(value, err);
    case OPTION_BOOL:
        return is_choice("yes|no", value->text, arena) ||
               bad_value(value, err, "must be yes or no");
    case OPTION_CHOICE:
        return is_choice(value->option->choices, value->text, arena) ||
               bad_value(value, err,
                         arena_format(arena, "must be one of %s", value->option->choices));
    case OPTION_URL:
        return is_url(value->text) ||
               bad_value(value, err,
                         "must be http(s)://host[:port][/path], without a trailing slash");
    case OPTION_SPAN:
        return check_span(value, err);
    case OPTION_TEXT:
    case OPTION_SECRET:
        break;
    }
    return true;
}

static const char *first_line(const struct buf *buf, struct arena *arena)
{
    const char *text = buf_str(buf);

    return arena_slice(arena, text, strcspn(text, "\r\n"));
}

static bool secret_from_file(const struct value *value, struct arena *arena, const char **out,
                             struct err *err)
{
    AUTO(buf_done) struct buf content = {.max = SECRET_MAX};
    struct stat st;

    if (stat(value->text, &st) != 0)
        return err_errno(err, ERR_SETUP, "%s:%u: cannot read the secret file %s", value->path,
                         value->line, value->text);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(err, ERR_SETUP,
                       "%s:%u: others can read the secret file %s; mend it with: chmod 600 %s",
                       value->path, value->line, value->text, value->text);
    if (!file_read(value->text, &content, NULL, err)) {
        err->kind = ERR_SETUP;
        return err_wrap(err, "%s:%u", value->path, value->line);
    }
    *out = first_line(&content, arena);
    return true;
}

static bool secret_from_command(const struct value *value, struct arena *arena, const char **out,
                                struct err *err)
{
    AUTO(buf_done) struct buf content = {.max = SECRET_MAX};
    FILE *pipe =
        popen(value->text,
              "r"); // NOLINT(cert-env33-c): the operator's own configuration names the command
    char bytes[4096];
    size_t got;
    int status;

    if (!pipe)
        return err_errno(err, ERR_SETUP, "%s:%u: cannot start the command of %s", value->path,
                         value->line, value->option->name);
    while ((got = fread(bytes, 1, sizeof bytes, pipe)) > 0)
        buf_put(&content, bytes, got);
    status = pclose(pipe);
    if (status != 0)
        return err_set(err, ERR_SETUP, "%s:%u: the command that gives %s ended with status %d",
                       value->path, value->line, value->option->name,
                       WIFEXITED(status) ? WEXITSTATUS(status) : status);
    *out = first_line(&content, arena);
    return true;
}

static bool secret_from_environment(const struct value *value, struct arena *arena,
                                    const char **out, struct err *err)
{
    const char *secret = getenv(value->text);

    if (!secret)
        return err_set(err, ERR_SETUP,
                       "%s:%u: the environment variable %s, which is to hold %s, is not set",
                       value->path, value->line, value->text, value->option->name);
    *out = arena_text(arena, secret);
    return true;
}

static const struct {
    const char *ending; /* of the key */
    bool (*get)(const struct value *value, struct arena *arena, const char **out, struct err *err);
} secret_ways[] = {
    {"_file", secret_from_file},
    {"_env", secret_from_environment},
    {"_command", secret_from_command},
};

/* Is `name` the option's name with one of the ways' endings? The way's number, or -1. */
static int secret_way(const struct option *option, const char *name)
{
    size_t len = strlen(option->name);

    if (option->type != OPTION_SECRET || strncmp(option->name, name, len) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(secret_ways); i++)
        if (text_same(name + len, secret_ways[i].ending))
            return (int)i;
    return -1;
}

static bool secret_by_way(int way, const struct value *value, struct arena *arena, const char **out,
                          struct err *err)
{
    if (!secret_ways[way].get(value, arena, out, err))
        return false;
    return **out || err_set(err, ERR_SETUP, "%s:%u: what %s%s names is empty", value->path,
                            value->line, value->option->name, secret_ways[way].ending);
}

static bool unknown_key(const struct config *config, const struct config_key *key,
                        const struct option *options, struct arena *arena, struct err *err)
{
    size_t len = 0;
    const char **names, *nearest;

    while (options[len].name)
        len++;
    names = arena_array(arena, len + 1, sizeof *names);
    for (size_t i = 0; i < len; i++)
        names[i] = options[i].name;
    nearest = text_nearest(key->name, names);
    if (nearest)
        return err_set(err, ERR_SETUP, "%s:%u: there is no option '%.60s' here; did you mean '%s'?",
                       config->path, key->line, key->name, nearest);
    return err_set(err, ERR_SETUP, "%s:%u: there is no option '%.60s' here; see `man tagwerk`",
                   config->path, key->line, key->name);
}

static bool set_option(const struct config *config, const struct config_key *key,
                       const struct option *option, int way, const char **slot, struct arena *arena,
                       struct err *err)
{
    struct value value = {config->path, key->line, option, key->value};

    if (*slot)
        return err_set(err, ERR_SETUP, "%s:%u: %s is set twice", config->path, key->line,
                       option->name);
    if (way >= 0)
        return secret_by_way(way, &value, arena, slot, err);
    if (*key->value && !check_value(&value, arena, err))
        return false;
    *slot = *key->value ? key->value : NULL;
    return true;
}

static bool take_setting(const struct config *config, const struct config_key *key,
                         const struct option *options, const char **values, struct arena *arena,
                         struct err *err)
{
    for (size_t i = 0; options[i].name; i++) {
        int way = secret_way(&options[i], key->name);

        if (way >= 0 || text_same(options[i].name, key->name))
            return set_option(config, key, &options[i], way, &values[i], arena, err);
    }
    return unknown_key(config, key, options, arena, err);
}

static bool fall_back(const struct config *config, const struct config_section *section,
                      const struct option *option, const char **slot, struct err *err)
{
    static const struct config_section none = {.kind = "", .name = ""};

    if (!*slot)
        *slot = option->fallback;
    if (*slot || !option->required)
        return true;
    if (!section)
        section = &none;
    return err_set(err, ERR_SETUP, "%s:%u: [%s %s] lacks %s: %s", config->path, section->line,
                   section->kind, section->name, option->name, option->help);
}

bool settings_load(const struct config *config, const struct config_section *section,
                   const struct option *options, struct arena *arena, struct settings *out,
                   struct err *err)
{
    const char **values;
    size_t len = 0;

    while (options[len].name)
        len++;
    values = arena_array(arena, len + 1, sizeof *values);
    for (size_t i = 0; section && i < section->keys_len; i++)
        if (!take_setting(config, &section->keys[i], options, values, arena, err))
            return false;
    for (size_t i = 0; i < len; i++)
        if (!fall_back(config, section, &options[i], &values[i], err))
            return false;
    *out = (struct settings){.name = section ? section->name : "",
                             .options = options,
                             .values = values,
                             .path = config->path,
                             .line = section ? section->line : 0};
    return true;
}

const char *settings_text(const struct settings *settings, const char *name)
{
    for (size_t i = 0; settings->options[i].name; i++)
        if (strcmp(settings->options[i].name, name) == 0)
            return settings->values[i];
    (void)fprintf(stderr, "tagwerk: no option table knows '%s'\n", name);
    abort(); /* a programming error: tables and their readers are compiled together */
}

int64_t settings_int(const struct settings *settings, const char *name)
{
    const char *text = settings_text(settings, name);
    struct err ignored;
    int64_t number;

    return text && integer_parse(text, &number, &ignored) ? number : UNSAID;
}

int64_t settings_span_s(const struct settings *settings, const char *name)
{
    const char *text = settings_text(settings, name);
    int64_t seconds;

    return text && span_seconds(text, &seconds) ? seconds : UNSAID;
}

bool settings_bool(const struct settings *settings, const char *name)
{
    return text_same(settings_text(settings, name), "yes");
}

void options_example(const struct option *options, struct buf *out)
{
    for (; options->name; options++) {
        buf_format(out, "# %s%s\n", options->help, options->required ? " (required)" : "");
        if (options->choices)
            buf_format(out, "# one of: %s\n", options->choices);
        if (options->type == OPTION_SECRET)
            buf_format(out, "# secret: better %s_file, %s_env or %s_command\n", options->name,
                       options->name, options->name);
        buf_format(out, "%s%s =%s%s\n", options->required ? "" : "#", options->name,
                   options->fallback ? " " : "", options->fallback ? options->fallback : "");
    }
}
