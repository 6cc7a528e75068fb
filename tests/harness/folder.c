#include "harness/folder.h"

#include "core/file.h"

#include <dirent.h>
#include <unistd.h>

void tree_remove(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[PATH_SIZE];

    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            tree_remove(inner);
    }
    if (dir)
        (void)closedir(dir);
    (void)rmdir(path);
}
