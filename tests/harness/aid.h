/* aid.h: what several unit tests need of the machine: a folder of their own, what was written to
 * standard error, another process, and a call that is to end the process.
 *
 * Owns: the folder and every text handed out, until folder_end. */
#ifndef TAGWERK_TESTS_AID_H
#define TAGWERK_TESTS_AID_H

#include "core/base.h"

/* Fixtures of a test that wants a fresh folder, in TMPDIR or /tmp. */
int folder_begin(void **state);
int folder_end(void **state);
#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)

/* The path of that name in the folder; NULL: of the folder itself. */
const char *path_of(const char *name);
void write_file(const char *path, const char *text);
/* The whole file; NULL when there is none. */
const char *read_file(const char *path);
/* Names in a folder, hidden ones too, but for . and .. */
size_t count_files(const char *path);

/* From here on, standard error goes to a file of the folder; errors_caught gives it back and says
 * what was written. */
void errors_catch(void);
const char *errors_caught(void);

/* The exit code of `act` in a process of its own; 128+n when signal n ended it. */
int in_child(int (*act)(void));

/* Does `act` call abort()? */
bool ends_the_process(void (*act)(void));

#endif
