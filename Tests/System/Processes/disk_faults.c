/* Preloaded into a node: makes the disk fail on command. The file named by DISK_FAULT holds one word, or is absent:
     eio     writes fail           enospc  writes find no room      erofs   writes find the disk read-only
     fsync   syncs fail, writes succeed                             short   writes stop half-way and then find no room
   Only files whose name contains "gateway.db" are concerned. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fault(char *word, size_t size)
{
    const char *path = getenv("DISK_FAULT");
    int saved = errno;
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = file < 0 ? 0 : read(file, word, size - 1);
    if (file >= 0)
        close(file);
    errno = saved;
    if (length <= 0)
        return 0;
    word[length] = 0;
    return 1;
}

static int concerns(int descriptor)
{
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length <= 0)
        return 0;
    name[length] = 0;
    return strstr(name, "gateway.db") != NULL && strstr(name, "-shm") == NULL;
}

static int write_fails(int descriptor, size_t *count)
{
    char word[32];
    if (!concerns(descriptor) || !fault(word, sizeof word))
        return 0;
    if (!strncmp(word, "eio", 3)) { errno = EIO; return 1; }
    if (!strncmp(word, "enospc", 6)) { errno = ENOSPC; return 1; }
    if (!strncmp(word, "erofs", 5)) { errno = EROFS; return 1; }
    if (!strncmp(word, "short", 5)) {
        if (*count < 512) { errno = ENOSPC; return 1; }
        *count /= 2;
    }
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    return write_fails(descriptor, &count) ? -1 : REAL(pwrite64)(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    return write_fails(descriptor, &count) ? -1 : REAL(pwrite)(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    return write_fails(descriptor, &count) ? -1 : REAL(write)(descriptor, bytes, count);
}

static int sync_fails(int descriptor)
{
    char word[32];
    if (!concerns(descriptor) || !fault(word, sizeof word) || (strncmp(word, "fsync", 5) && strncmp(word, "eio", 3)))
        return 0;
    errno = EIO;
    return 1;
}

int fsync(int descriptor) { return sync_fails(descriptor) ? -1 : REAL(fsync)(descriptor); }

int fdatasync(int descriptor) { return sync_fails(descriptor) ? -1 : REAL(fdatasync)(descriptor); }
