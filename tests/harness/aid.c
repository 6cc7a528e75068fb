#include "harness/aid.h"

#include "harness/harness.h"

#include "core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    char path[256];
    struct arena arena;
    int standard_error; /* while it is caught */
} folder;

/* ---- files ---- */

int folder_begin(void **state)
{
    const char *base = getenv("TMPDIR");

    (void)state;
    (void)snprintf(folder.path, sizeof folder.path, "%s/tagwerk-unit-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder.path) ? 0 : -1;
}

/* Removes what the folder holds; returns how many names that were. */
static size_t empty(const char *path, bool really)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[2 * PATH_SIZE];
    size_t count = 0;

    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (really && unlink(inner) != 0) {
            (void)empty(inner, true);
            (void)rmdir(inner);
        }
    }
    if (dir)
        (void)closedir(dir);
    return count;
}

int folder_end(void **state)
{
    (void)state;
    (void)empty(folder.path, true);
    arena_done(&folder.arena);
    return rmdir(folder.path);
}

const char *path_of(const char *name)
{
    return name ? arena_format(&folder.arena, "%s/%s", folder.path, name) : folder.path;
}

size_t count_files(const char *path)
{
    return empty(path, false);
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

const char *read_file(const char *path)
{
    AUTO(buf_done) struct buf content = {0};
    FILE *file = fopen(path, "re");
    char bytes[4096];
    size_t got;

    if (!file)
        return NULL;
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_put(&content, bytes, got);
    (void)fclose(file);
    return arena_slice(&folder.arena, buf_str(&content), content.len);
}

/* ---- standard error ---- */

void errors_catch(void)
{
    int into = open(path_of("errors"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(into >= 0);
    (void)fflush(stderr);
    folder.standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    (void)dup2(into, STDERR_FILENO);
    (void)close(into);
}

const char *errors_caught(void)
{
    (void)fflush(stderr);
    (void)dup2(folder.standard_error, STDERR_FILENO);
    (void)close(folder.standard_error);
    return read_file(path_of("errors"));
}

/* ---- processes ---- */

int in_child(int (*act)(void))
{
    int status = 0;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(act());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static sigjmp_buf before_the_end;

static void go_back(int signal_number)
{
    (void)signal_number;
    siglongjmp(before_the_end, 1);
}

bool ends_the_process(void (*act)(void))
{
    struct sigaction trap = {.sa_handler = go_back}, usual;
    volatile bool ended = true;

    (void)sigemptyset(&trap.sa_mask);
    (void)sigaction(SIGABRT, &trap, &usual);
    if (sigsetjmp(before_the_end, 1) == 0) {
        act();
        ended = false;
    }
    (void)sigaction(SIGABRT, &usual, NULL);
    return ended;
}
