/* fuzz.h: what the fuzz targets share: how input is taken apart, what must always be true, and an
 * account of every system. A target is one file fuzz_<name>.c; its kept inputs lie in
 * corpus/<name>, and README.md says how they are written.
 *
 * Every piece that these targets take from an arena is an allocation of its own (arena.c stands in
 * for core/arena.c), so that the sanitizer sees where it ends and when it is gone.
 *
 * Owns: accounts and the work folder, until the process ends. Errors: what must be true and is not
 * ends the process. */
#ifndef TAGWERK_TESTS_FUZZ_H
#define TAGWERK_TESTS_FUZZ_H

#include "connector/connector.h"
#include "core/file.h"

/* libFuzzer's and replay.c's way in. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define must(holds) ((holds) ? (void)0 : must_hold(#holds, __FILE__, __LINE__))
_Noreturn void must_hold(const char *what, const char *file, int line);

/* ---- the input ---- */

struct input {
    const char *at; /* nothing stands behind the last byte */
    size_t len;
};

/* What begins with SHORTAGE is no input for the target: the rest is, in a process of its own whose
 * memory ends. */
struct input input_of(const uint8_t *bytes, size_t len);
/* What stands in front of the next line end, which is left out; without one, all that is left. The
 * first line of an input holds its choices. */
struct input input_line(struct input *input);
/* What stands in front of the next line "---", which is left out; without one, all that is left. */
struct input input_part(struct input *input);
/* A number below `count` from one byte: A is 0, B is 1, so that an input can be written by hand. At
 * the end: 0. */
size_t input_pick(struct input *input, size_t count);

/* "!BA": one piece of memory, and none after it; two letters as input_pick reads them, the second
 * counts 256. The process ends then, by design (core/arena.h), and by nothing else. */
#define SHORTAGE '!'
#define SHORTAGE_SIZE 3
#define MEMORY_EXIT 90
void memory_ends_after(size_t pieces);

/* ---- what must be true ---- */

/* What every secret begins with. */
#define FUZZ_SECRET "Xq7-uW0f-9tKz-"

/* NULL or valid UTF-8 without one of our secrets. */
void check_text(const char *text);
/* Says how far the damage reaches, in one line of text that holds no secret. */
void check_err(const struct err *err);
/* Has a ref, sound texts and no negative weight; written as a line and read again it is the same
 * record. */
void check_record(const struct record *record, struct arena *arena);
/* Goes to the account's own address, is clean, and its body is whole and of the system's format.
 * Signs it. */
void check_request(const struct account *account, struct request *request, struct arena *arena);
void request_done(struct request *request);

/* ---- what targets work with ---- */

/* One account per system and per choice that one of its options leaves, all secrets set. */
const struct account *account_pick(struct input *input);

/* An answer as session.c understands that of a feed: what is not of the system's format has no
 * root. */
struct response response_of(const struct account *account, int status, struct input body,
                            struct arena *arena);

/* Entries 560000121, 560000122 ... as a load hands them out, each with a record that can be sent.
 */
#define FUZZ_BATCH 4
struct batch batch_of(enum kind kind, size_t len, struct arena *arena);

/* A folder that is gone when the process ends, and a file in it, written anew (not durably). */
const char *work_folder(void);
const char *work_file(const char *name, struct input content);
/* The folder that the Makefile lies in. */
const char *root_folder(void);

#endif
