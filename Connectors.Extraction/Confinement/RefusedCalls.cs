namespace Connectors.Extraction.Confinement;

/// <summary>
/// The calls that reading a file needs none of, with their numbers: <c>asm/unistd_64.h</c> and, for arm64, <c>asm-generic/unistd.h</c> of
/// the kernel. It names what is refused rather than what is needed, so that another version of .NET or of the C library still runs.
/// </summary>
internal static class RefusedCalls
{
    /// <summary>The last call that was looked at when the list was made. What Linux got since then is refused as unknown.</summary>
    public const uint LastKnown = 450;

    private const uint SameThreads = 0x1_0000; // CLONE_THREAD of clone(2): a thread, not a process
    private const uint Writing = 0x243; // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC of open(2)

    /// <summary>The rules for a process.</summary>
    /// <param name="processId">Its number: it may end itself and nobody else.</param>
    public static IReadOnlyList<CallRule> Of(uint processId) =>
        [
            // Files are opened to be read, processes are started only as threads.
            new("open", 2, null, CallRefusal.IfAnyBit, 1, Writing),
            new("openat", 257, 56, CallRefusal.IfAnyBit, 2, Writing),
            new("openat2", 437, 437, CallRefusal.AsUnknown, 0),
            new("clone", 56, 220, CallRefusal.UnlessAnyBit, 0, SameThreads),
            new("clone3", 435, 435, CallRefusal.AsUnknown, 0),
            // Signals, limits and processors of this process only; no signals by way of files (F_SETOWN, F_SETSIG, F_SETOWN_EX).
            new("kill", 62, 129, CallRefusal.UnlessEqual, 0, processId),
            new("tgkill", 234, 131, CallRefusal.UnlessEqual, 0, processId),
            new("prlimit64", 302, 261, CallRefusal.UnlessEqual, 0, 0, processId),
            new("sched_setaffinity", 203, 122, CallRefusal.UnlessEqual, 0, 0, processId),
            new("fcntl", 72, 25, CallRefusal.IfEqual, 1, 8, 10, 15),
            // A terminal that the service was started from takes orders that nobody typed (TIOCSTI, TIOCLINUX).
            new("ioctl", 16, 29, CallRefusal.IfEqual, 1, 0x5412, 0x541c),
            .. Connections.Concat(Processes).Concat(SharedMemory).Concat(FileChanges).Concat(OtherViews).Concat(WaysAround).Concat(Machine),
        ];

    // Connections, to whomever.
    private static readonly CallRule[] Connections =
    [
        Never("socket", 41, 198),
        Never("socketpair", 53, 199),
        Never("connect", 42, 203),
        Never("bind", 49, 200),
        Never("listen", 50, 201),
        Never("accept", 43, 202),
        Never("accept4", 288, 242),
        Never("sendto", 44, 206),
        Never("sendmsg", 46, 211),
        Never("sendmmsg", 307, 269),
        Never("recvfrom", 45, 207),
        Never("recvmsg", 47, 212),
        Never("recvmmsg", 299, 243),
        Never("shutdown", 48, 210),
        Never("getsockname", 51, 204),
        Never("getpeername", 52, 205),
        Never("setsockopt", 54, 208),
        Never("getsockopt", 55, 209),
    ];

    // Other programs and processes.
    private static readonly CallRule[] Processes =
    [
        Never("execve", 59, 221),
        Never("execveat", 322, 281),
        Never("fork", 57, null),
        Never("vfork", 58, null),
        Never("ptrace", 101, 117),
        Never("process_vm_readv", 310, 270),
        Never("process_vm_writev", 311, 271),
        Never("process_madvise", 440, 440),
        Never("process_mrelease", 448, 448),
        Never("pidfd_open", 434, 434),
        Never("pidfd_getfd", 438, 438),
        Never("pidfd_send_signal", 424, 424),
        Never("kcmp", 312, 272),
        Never("tkill", 200, 130),
        Never("rt_sigqueueinfo", 129, 138),
        Never("rt_tgsigqueueinfo", 297, 240),
        Never("migrate_pages", 256, 238),
        Never("move_pages", 279, 239),
        Never("setpriority", 141, 140),
        Never("ioprio_set", 251, 30),
        Never("sched_setscheduler", 144, 119),
        Never("sched_setparam", 142, 118),
        Never("sched_setattr", 314, 274),
        Never("setpgid", 109, 154),
        Never("setsid", 112, 157),
    ];

    // Memory, messages and keys that are shared with other processes.
    private static readonly CallRule[] SharedMemory =
    [
        Never("shmget", 29, 194),
        Never("shmat", 30, 196),
        Never("shmctl", 31, 195),
        Never("shmdt", 67, 197),
        Never("semget", 64, 190),
        Never("semop", 65, 193),
        Never("semctl", 66, 191),
        Never("semtimedop", 220, 192),
        Never("msgget", 68, 186),
        Never("msgsnd", 69, 189),
        Never("msgrcv", 70, 188),
        Never("msgctl", 71, 187),
        Never("mq_open", 240, 180),
        Never("mq_unlink", 241, 181),
        Never("mq_timedsend", 242, 182),
        Never("mq_timedreceive", 243, 183),
        Never("mq_notify", 244, 184),
        Never("mq_getsetattr", 245, 185),
        Never("add_key", 248, 217),
        Never("request_key", 249, 218),
        Never("keyctl", 250, 219),
    ];

    // Changes of files, also those that need no right to write to them, and watching them.
    private static readonly CallRule[] FileChanges =
    [
        Never("creat", 85, null),
        Never("truncate", 76, 45),
        Never("rename", 82, null),
        Never("renameat", 264, 38),
        Never("renameat2", 316, 276),
        Never("link", 86, null),
        Never("linkat", 265, 37),
        Never("symlink", 88, null),
        Never("symlinkat", 266, 36),
        Never("unlink", 87, null),
        Never("unlinkat", 263, 35),
        Never("mkdir", 83, null),
        Never("mkdirat", 258, 34),
        Never("rmdir", 84, null),
        Never("mknod", 133, null),
        Never("mknodat", 259, 33),
        Never("chmod", 90, null),
        Never("fchmod", 91, 52),
        Never("fchmodat", 268, 53),
        Never("chown", 92, null),
        Never("lchown", 94, null),
        Never("fchown", 93, 55),
        Never("fchownat", 260, 54),
        Never("utime", 132, null),
        Never("utimes", 235, null),
        Never("futimesat", 261, null),
        Never("utimensat", 280, 88),
        Never("setxattr", 188, 5),
        Never("lsetxattr", 189, 6),
        Never("fsetxattr", 190, 7),
        Never("removexattr", 197, 14),
        Never("lremovexattr", 198, 15),
        Never("fremovexattr", 199, 16),
        Never("inotify_init", 253, null),
        Never("inotify_init1", 294, 26),
        Never("inotify_add_watch", 254, 27),
        Never("fanotify_init", 300, 262),
        Never("fanotify_mark", 301, 263),
        Never("name_to_handle_at", 303, 264),
        Never("open_by_handle_at", 304, 265),
    ];

    // Another view of the system for this process.
    private static readonly CallRule[] OtherViews =
    [
        Never("unshare", 272, 97),
        Never("setns", 308, 268),
        Never("chroot", 161, 51),
        Never("pivot_root", 155, 41),
        Never("mount", 165, 40),
        Never("umount2", 166, 39),
        Never("open_tree", 428, 428),
        Never("move_mount", 429, 429),
        Never("fsopen", 430, 430),
        Never("fsconfig", 431, 431),
        Never("fsmount", 432, 432),
        Never("fspick", 433, 433),
        Never("mount_setattr", 442, 442),
        Never("swapon", 167, 224),
        Never("swapoff", 168, 225),
        Never("quotactl", 179, 60),
        Never("quotactl_fd", 443, 443),
        Never("acct", 163, 89),
    ];

    // Ways around a filter, and large parts of the kernel that nobody needs here.
    private static readonly CallRule[] WaysAround =
    [
        Never("io_uring_setup", 425, 425),
        Never("io_uring_enter", 426, 426),
        Never("io_uring_register", 427, 427),
        Never("bpf", 321, 280),
        Never("perf_event_open", 298, 241),
        Never("userfaultfd", 323, 282),
        Never("personality", 135, 92),
        Never("modify_ldt", 154, null),
        Never("memfd_secret", 447, 447),
        Never("vmsplice", 278, 75),
        Never("lookup_dcookie", 212, 18),
        Never("nfsservctl", 180, 42),
        Never("uselib", 134, null),
        Never("_sysctl", 156, null),
        Never("ustat", 136, null),
        Never("sysfs", 139, null),
    ];

    // The machine as a whole.
    private static readonly CallRule[] Machine =
    [
        Never("reboot", 169, 142),
        Never("kexec_load", 246, 104),
        Never("kexec_file_load", 320, 294),
        Never("init_module", 175, 105),
        Never("finit_module", 313, 273),
        Never("delete_module", 176, 106),
        Never("iopl", 172, null),
        Never("ioperm", 173, null),
        Never("settimeofday", 164, 170),
        Never("clock_settime", 227, 112),
        Never("adjtimex", 159, 171),
        Never("clock_adjtime", 305, 266),
        Never("sethostname", 170, 161),
        Never("setdomainname", 171, 162),
        Never("syslog", 103, 116),
        Never("vhangup", 153, 58),
    ];

    private static CallRule Never(string name, uint? x64, uint? arm64) => new(name, x64, arm64, CallRefusal.Always, 0);
}
