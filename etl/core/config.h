/* config.h: INI text as sections and keys, each with its line, and the option tables that say what
 * may stand there. A table row gives name, type, default, help and secrecy; the same rows check a
 * file, fill settings, print the example configuration and the manual's list.
 *
 * Syntax: `[kind name]`, `key = value`, `#` or `;` starts a comment line. Values run to the end of
 * the line. Owns: everything lives in the arena it was loaded into. Errors: ERR_SETUP with
 * file:line and the nearest valid word. */
#ifndef TAGWERK_CORE_CONFIG_H
#define TAGWERK_CORE_CONFIG_H

#include "core/arena.h"
#include "core/base.h"
#include "core/err.h"

enum option_type {
    OPTION_TEXT,
    OPTION_INT,    /* min..max */
    OPTION_BOOL,   /* yes/no */
    OPTION_CHOICE, /* one of `choices`, separated by | */
    OPTION_URL,    /* http(s)://… without a trailing slash */
    OPTION_SPAN,   /* 90s, 15m, 3h, 2d; kept in seconds; min..max seconds when max is set */
    OPTION_SECRET, /* a text that may also come as KEY_file, KEY_env or KEY_command; never printed
                    */
};

struct option {
    const char *name;
    const char *fallback; /* NULL: not set */
    const char *help;
    const char *choices;
    int64_t min, max;
    enum option_type type;
    bool required;
};

struct config_key {
    const char *name, *value;
    unsigned line;
};

struct config_section {
    const char *kind, *name; /* name "" for [schedule] */
    unsigned line;
    const struct config_key *keys;
    size_t keys_len;
};

struct config {
    const char *path;
    const struct config_section *sections;
    size_t sections_len;
};

MUST_CHECK bool config_load(const char *path, struct arena *arena, struct config *out,
                            struct err *err);
MUST_CHECK bool config_parse(const char *path, const char *text, size_t len, struct arena *arena,
                             struct config *out, struct err *err);

/* The values of one section, in the order of its option table; NULL where not set. */
struct settings {
    const char *name;             /* of the section */
    const struct option *options; /* ends with {0} */
    const char *const *values;
    const char *path; /* where it was configured */
    unsigned line;
};

/* Checks every key against the table and resolves secrets. A secret file that others can read is
 * refused. */
MUST_CHECK bool settings_load(const struct config *config, const struct config_section *section,
                              const struct option *options, struct arena *arena,
                              struct settings *out, struct err *err);

/* The name must stand in the table (a programming error ends the process). NULL/UNSAID: not set. */
const char *settings_text(const struct settings *settings, const char *name);
int64_t settings_int(const struct settings *settings, const char *name);
int64_t settings_span_s(const struct settings *settings, const char *name);
bool settings_bool(const struct settings *settings, const char *name);

/* Appends a commented example section made from the table. */
struct buf;
void options_example(const struct option *options, struct buf *out);

#endif
