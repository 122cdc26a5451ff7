# bash completion for debugbox, written by scripts/docs.
_debugbox() {
  local word=${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='[ arp ash b2sum base32 base64 basename bash busybox capsh cat chgrp chmod chown chroot cksum clear cmp comm cp curl cut dash date dd debugbox df dig dirname dmesg dns dotnet-counters dotnet-dump dotnet-gcdump dotnet-ps dotnet-stack dotnet-trace du echo egrep enter env expand expr false fgrep find findmnt fold fping free getent getpcaps go-info go-pprof grep grpc-health-probe grpc_health_probe grpcurl gunzip gzip hd head hexdump host hostname http httpstat id ifconfig ip jattach jcmd jfr jinfo jmap join jps jstack jstat kill killall less ln ls ls-proc-root md5sum mkdir mktemp more mount mtr mv nc ncat netcat netcheck netstat nice nl node-inspect nohup nproc nsenter nslookup nstat od openssl paste penv pgrep pidof ping ping6 pkill printenv printf probe ps pstree pwd py-spy pystack readlink realpath reset rev rm rmdir route runtimes script self-check seq setpriv setsid sh sha1sum sha224sum sha256sum sha384sum sha512sum shuf sleep sort split ss stat strings stty sync sysctl tac tail tar tcpdump tee telnet test time timeout tls touch tr tracepath traceroute traceroute6 tree true truncate tty uname unexpand uniq uptime vmstat watch wc wget which whoami why xargs xxd yes zcat zsh --install= --list --help --version'
  elif [[ $word == -* ]]; then
    case ${COMP_WORDS[1]} in
      'arp') words='-a --all -A --protocol -d --delete -D --use-device -e -f --file -H --hw-type -i --device= -n --numeric -p -s --set -v --verbose --help --version' ;;
      'base64' | 'base32') words='-d --decode -i --ignore-garbage -w --wrap= --help --version' ;;
      'basename') words='-a --multiple -s --suffix= -z --zero --help --version' ;;
      'capsh') words='--decode= --explain= --has-p= --help --print --supports= --version' ;;
      'cat') words='-A --show-all -b --number-nonblank -e -E --show-ends -n --number -s --squeeze-blank -t -T --show-tabs -u -v --show-nonprinting --help --version' ;;
      'chmod') words='-R --recursive -v --verbose -c --changes -f --silent --quiet --reference= --preserve-root --no-preserve-root' ;;
      'chown' | 'chgrp') words='-c --changes -f --silent --quiet -h --no-dereference -H -L -P -R --recursive -v --verbose --dereference --from= --no-preserve-root --preserve-root --reference= --help --version' ;;
      'chroot') words='--groups= --skip-chdir --userspec= --help --version' ;;
      'cksum') words='-a --algorithm= --help --version' ;;
      'clear') words='-T -x --help --version' ;;
      'cmp') words='-b --print-bytes -i --ignore-initial= -l --verbose -n --bytes= -s --quiet --silent --help --version' ;;
      'comm') words='-1 -2 -3 -z --zero-terminated --check-order --nocheck-order --output-delimiter= --total --help --version' ;;
      'cp') words='-a --archive -d -f --force -H -i --interactive -l --link -L --dereference -n --no-clobber -p -P --no-dereference -r -R --recursive -s --symbolic-link -t --target-directory= -T --no-target-directory -u --update -v --verbose -x --one-file-system --attributes-only --no-preserve= --parents --preserve --reflink --remove-destination --sparse= --strip-trailing-slashes --help --version' ;;
      'curl') words='--url -X --request --request-target -H --header -d --data --data-ascii --data-raw --data-binary --data-urlencode --json -G --get --url-query -F --form --form-string -T --upload-file -I --head -A --user-agent -e --referer -u --user --basic --oauth2-bearer -b --cookie -c --cookie-jar -j --junk-session-cookies -r --range -C --continue-at -z --time-cond --compressed --raw --path-as-is -g --globoff -0 --http1.0 --http1.1 --http2 --http2-prior-knowledge --expect100-timeout --proto-default --http3 --http3-only --http0.9 --digest --ntlm --negotiate --anyauth --aws-sigv4 -o --output -O --remote-name --remote-name-all -J --remote-header-name --output-dir --create-dirs --clobber --remove-on-error -R --remote-time -i --include --show-headers -D --dump-header -f --fail --fail-with-body -L --location --location-trusted --max-redirs --post301 --post302 --post303 --proto --proto-redir --max-filesize --ignore-content-length -N --no-buffer -w --write-out -x --proxy -U --proxy-user --noproxy --proxy-header -p --proxytunnel --proxy1.0 --socks4 --socks4a --socks5 --socks5-hostname -4 --ipv4 -6 --ipv6 --resolve --connect-to --unix-socket --abstract-unix-socket --interface --local-port -m --max-time --connect-timeout --happy-eyeballs-timeout-ms -Y --speed-limit -y --speed-time --limit-rate --keepalive --tcp-nodelay --haproxy-protocol --retry --retry-delay --retry-max-time --retry-all-errors --retry-connrefused --doh-url --dns-servers --preproxy -k --insecure --cacert --capath -E --cert --key --pass -1 --tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --tls-max --ciphers --tls13-ciphers --curves --pinnedpubkey --alpn --cert-status --cert-type --key-type -2 --sslv2 -3 --sslv3 -s --silent -S --show-error -v --verbose --trace-ascii --trace --trace-time -# --progress-bar --progress-meter --fail-early --stderr --rate -Z --parallel --parallel-max --parallel-immediate -: --next -K --config -q --disable -n --netrc --netrc-file -h --help -V --version' ;;
      'cut') words='-b --bytes= -c --characters= -d --delimiter= -f --fields= -n -s --only-delimited -z --zero-terminated --complement --output-delimiter= --help --version' ;;
      'date') words='-d --date= -f --file= -I --iso-8601 -r --reference= -R --rfc-email --rfc-822 --rfc-2822 -s --set= -u --utc --universal --resolution --rfc-3339= --help --version' ;;
      'dd') words='' ;;
      'debugbox' | 'busybox') words='--install= --list --help --version' ;;
      'df') words='-a --all -B --block-size= -h --human-readable -H --si -i --inodes -k -l --local -m -P --portability -t --type= -T --print-type -x --exclude-type= --output --total --help --version' ;;
      'dig') words='-4 -6 -b -c -f -h -p -q -r -t -u -v -x' ;;
      'dirname') words='-z --zero --help --version' ;;
      'dmesg') words='-c --read-clear -C --clear -D --console-off -E --console-on -f --facility= -k --kernel -l --level= -n --console-level= -r --raw -t --notime -T --ctime -u --userspace -w --follow -W --follow-new -x --decode --help --version' ;;
      'dns') words='-4 -6 -c --concurrency= -n --count= -p --port= -t --type= --json --of= --pairs --soak --timeout= --help --version' ;;
      'dotnet-counters') words='-n --name= -o --output= -p --process-id= --counters= --duration= --format= --json --refresh-interval= --help --version' ;;
      'dotnet-dump') words='-n --name= -o --output= -p --process-id= --diag --force --json --type= --help --version' ;;
      'dotnet-gcdump') words='-n --name= -o --output= -p --process-id= -t --timeout= --json --help --version' ;;
      'dotnet-ps') words='-o --output= --env --json --no-headers --reveal --sort= --help --version' ;;
      'dotnet-stack') words='-n --name= -p --process-id= --duration= --json --help --version' ;;
      'dotnet-trace') words='-n --name= -o --output= -p --process-id= -v --verbose --buffersize= --clreventlevel= --clrevents= --cpu --duration= --format= --inclusive --json --number= --profile= --providers= --help --version' ;;
      'du') words='-0 --null -a --all -b --bytes -B --block-size= -c --total -d --max-depth= -D -H --dereference-args -h --human-readable -k -l --count-links -L --dereference -m -P --no-dereference -s --summarize -S --separate-dirs -t --threshold= -x --one-file-system --apparent-size --exclude= --files0-from= --inodes --si --time --time-style= --help --version' ;;
      'echo') words='-n -e -E' ;;
      'enter') words='-u --as-target --help --version' ;;
      'env') words='-0 --null -C --chdir= -i --ignore-environment -p --pid= -S --split-string= -u --unset= --reveal --help --version' ;;
      'expand') words='-i --initial -t --tabs= --help --version' ;;
      'expr') words='' ;;
      'false') words='' ;;
      'find') words='' ;;
      'findmnt') words='-a --ascii -f --first-only -J --json -l --list -M --mountpoint= -n --noheadings -N --task= -o --output= -P --pairs -r --raw -R --submounts -S --source= -t --types= -T --target= --help --version' ;;
      'fold') words='-b --bytes -s --spaces -w --width= --help --version' ;;
      'fping') words='-4 --ipv4 -6 --ipv6 -a --alive -A --addr -b --size= -B --backoff= -c --count= -C --vcount= -d --rdns -D --timestamp -e --elapsed -f --file= -g --generate -H --ttl= -i --interval= -I --iface= -l --loop -m --all -M --dontfrag -n --name -N --netdata -o --outage -O --tos= -p --period= -q --quiet -Q --squiet= -r --retry= -R --random -s --stats -S --src= -t --timeout= -u --unreach -x --reachable= --help --version' ;;
      'free') words='-b --bytes -c --count= -g --gibi -h --human -k --kibi -l --lohi -m --mebi -s --seconds= -t --total -v --committed -w --wide --giga --json --kilo --mega --pebi --peta --si --tebi --tera --help --version' ;;
      'getent') words='-i --no-idn -s --service= --of= --help --version' ;;
      'getpcaps') words='--iab --ugly --verbose --help --version' ;;
      'go-info') words='--help --version' ;;
      'go-pprof') words='-d --debug= -o --output= -p --port= -s --seconds= --help --version' ;;
      'grep' | 'egrep' | 'fgrep') words='-a --text -A --after-context= -b --byte-offset -B --before-context= -c --count -C --context= -d --directories= -D --devices= -e --regexp= -E --extended-regexp -f --file= -F --fixed-strings -G --basic-regexp -h --no-filename -H --with-filename -i -y --ignore-case -I -l --files-with-matches -L --files-without-match -m --max-count= -n --line-number -o --only-matching -P --perl-regexp -q --quiet --silent -r --recursive -R --dereference-recursive -s --no-messages -T --initial-tab -u --unix-byte-offsets -U --binary -v --invert-match -w --word-regexp -x --line-regexp -z --null-data -Z --null --binary-files= --color --colour --exclude= --exclude-dir= --exclude-from= --group-separator= --include= --label= --line-buffered --no-group-separator --no-ignore-case --help --version' ;;
      'grpc-health-probe' | 'grpc_health_probe') words='' ;;
      'grpcurl') words='' ;;
      'gzip' | 'gunzip' | 'zcat') words='-1 --fast -2 -3 -4 -5 -6 -7 -8 -9 --best -c --stdout --to-stdout -d --decompress --uncompress -f --force -k --keep -l --list -n --no-name -N --name -q --quiet -r --recursive -S --suffix= -t --test -v --verbose --help --version' ;;
      'head') words='-c --bytes= -n --lines= -q --quiet --silent -v --verbose -z --zero-terminated --help --version' ;;
      'hexdump' | 'hd') words='-b --one-byte-octal -c --one-byte-char -C --canonical -d --two-bytes-decimal -e --format= -f --format-file= -n --length= -o --two-bytes-octal -s --skip= -v --no-squeezing -x --two-bytes-hex --help --version' ;;
      'host') words='-4 -6 -a -A -c -C -d -v -i -l -N -p -r -R -s -t -T -U -V -w -W --help --version' ;;
      'hostname') words='-a --alias -d --domain -f --fqdn --long -i --ip-address -I --all-ip-addresses -s --short --help --version' ;;
      'http' | 'httpstat') words='-4 --ipv4 -6 --ipv6 -d --data= -H --header= -I --head -k --insecure -L --location -m --max-time= -n --count= -X --request= --cacert= --http1.1 --http2-prior-knowledge --interval= --json --help --version' ;;
      'id') words='-a -g --group -G --groups -n --name -r --real -u --user -z --zero --help --version' ;;
      'ifconfig') words='-a -s -v --help --version' ;;
      'ip') words='' ;;
      'jattach') words='--force' ;;
      'jcmd') words='-f --force -h -l' ;;
      'jfr') words='-o --output= --events= --settings= --stack-depth= --help --version' ;;
      'jinfo') words='' ;;
      'jmap') words='--force' ;;
      'join') words='-1 -2 -a -e -i --ignore-case -j -o -t -v -z --zero-terminated --check-order --header --nocheck-order --help --version' ;;
      'jps') words='-l -m -q -v -V --help --version' ;;
      'jstack') words='-e -l --help --version' ;;
      'jstat') words='-h -t' ;;
      'kill') words='-l --list -L --table -n -q --queue= -s --signal= --help --version' ;;
      'killall') words='-e --exact -g --process-group -i --interactive -I --ignore-case -l --list -n --ns= -o --older-than= -q --quiet -r --regexp -s --signal= -u --user= -v --verbose -w --wait -y --younger-than= --help --version' ;;
      'less' | 'more') words='-e --quit-at-eof -E --QUIT-AT-EOF -F --quit-if-one-screen -i --ignore-case -I --IGNORE-CASE -K --quit-on-intr -m --long-prompt -M --LONG-PROMPT -n --line-numbers -N --LINE-NUMBERS -p --pattern= -q -Q --quiet --silent --QUIET --SILENT -R --RAW-CONTROL-CHARS -s --squeeze-blank-lines -S --chop-long-lines -x --tabs= -X --no-init -~ --tilde --help --version' ;;
      'ln') words='-f --force -i --interactive -L --logical -n --no-dereference -P --physical -r --relative -s --symbolic -t --target-directory= -T --no-target-directory -v --verbose --help --version' ;;
      'ls') words='-1 -a --all -A --almost-all -b --escape -B --ignore-backups -c -C -d --directory -f -F --classify -g -G --no-group -h --human-readable -H --dereference-command-line -i --inode -I --ignore= -k --kibibytes -l -L --dereference -m -n --numeric-uid-gid -N --literal -o -p -q --hide-control-chars -Q --quote-name -r --reverse -R --recursive -s --size -S -t -T --tabsize= -u -U -v -w --width= -x -X -Z --context --author --block-size= --color --colour --dereference-command-line-symlink-to-dir --file-type --format= --full-time --group-directories-first --hide= --indicator-style= --json --quoting-style= --show-control-chars --si --sort= --time= --time-style= --zero --help --version' ;;
      'ls-proc-root') words='-o --output= --json --no-headers --sort= --help --version' ;;
      'mkdir') words='-m --mode= -p --parents -v --verbose --help --version' ;;
      'mktemp') words='-d --directory -p -q --quiet -t -u --dry-run --suffix= --tmpdir --help --version' ;;
      'mount') words='-N --namespace= -t --types= --help --version' ;;
      'mtr') words='-4 -6 -a --address= -b --show-ips -B --bitpattern= -c --report-cycles= -C --csv -e --mpls -f --first-ttl= -F --filename -g --gtk -G --gracetime= -i --interval= -I --interface= -j --json -l --raw -L --localport -m --max-ttl= -M --mark= -n --no-dns -o --order= -p --split -P --port= -Q --tos= -r --report -s --psize= -S --sctp -t --curses -T --tcp -u --udp -U --max-unknown= -w --report-wide -x --xml -y --ipinfo -z --aslookup -Z --timeout= --help --version' ;;
      'mv') words='-f --force -i --interactive -n --no-clobber -t --target-directory= -T --no-target-directory -u --update -v --verbose --strip-trailing-slashes --help --version' ;;
      'nc' | 'ncat' | 'netcat') words='-4 -6 -b -c -C -d -D -e -F -i -I -k -l -m -M -n -N -O -p -P -q -r -s -S -t -T -u -U -v -V -w -W -x -X -z -Z --help --version' ;;
      'netcheck') words='-q --quiet --json --help --version' ;;
      'netstat') words='-4 --inet -6 --inet6 -a --all -A --protocol= -c --continuous -C --cache -e --extend -F --fib -g --groups -i --interfaces -l --listening -M --masquerade -n --numeric -N --symbolic -o --timers -p --program --programs -r --route -s --statistics -S --sctp -t --tcp -T --notrim -u --udp -U --udplite -v --verbose -w --raw -W --wide -x --unix -Z --context --numeric-hosts --numeric-ports --numeric-users --help --version' ;;
      'nice') words='-n --adjustment=' ;;
      'nl') words='-b --body-numbering= -d --section-delimiter= -f --footer-numbering= -h --header-numbering= -i --line-increment= -l --join-blank-lines= -n --number-format= -p --no-renumber -s --number-separator= -v --starting-line-number= -w --number-width= --help --version' ;;
      'node-inspect') words='-k --keep -o --output= -w --wait= --await --help --version' ;;
      'nohup') words='--help --version' ;;
      'nproc') words='--all --ignore= --help --version' ;;
      'nsenter') words='-a --all -C --cgroup -e --env -F --no-fork -G --setgid -i --ipc -m --mount -n --net -p --pid -r --root -S --setuid -t --target= -T --time -u --uts -U --user -w --wd --preserve-credentials --help --version' ;;
      'nslookup') words='' ;;
      'nstat') words='-a --ignore -d --scan -j --json -n --nooutput -p --pretty -r --reset -s --noupdate -t --interval -z --zeros --help --version' ;;
      'od') words='-a -A --address-radix= -b -c -d -f -i -j --skip-bytes= -l -N --read-bytes= -o -s -S -t --format= -v --output-duplicates -w --width -x --endian= --strings --help --version' ;;
      'openssl') words='' ;;
      'paste') words='-d --delimiters= -s --serial -z --zero-terminated --help --version' ;;
      'penv') words='-0 --null --reveal --help --version' ;;
      'pgrep') words='-a --list-full -A --ignore-ancestors -c --count -d --delimiter= -f --full -F --pidfile= -g --pgroup= -G --group= -i --ignore-case -l --list-name -L --logpidfile -n --newest -o --oldest -O --older= -P --parent= -r --runstates= -s --session= -t --terminal= -u --euid= -U --uid= -v --inverse -w --lightweight -x --exact --cgroup= --json --ns= --nslist= --help --version' ;;
      'pidof') words='-c --check-root -d -S --separator= -o --omit-pid= -q -s --single-shot -x -z --help --version' ;;
      'ping' | 'ping6') words='-4 -6 -a -A -b -B -c -C -D -e -f -F -i -I -l -L -m -M -n -N -O -p -q -Q -r -R -s -S -t -T -U -v -w -W --icmp --tcp= --help --version' ;;
      'pkill') words='-A --ignore-ancestors -c --count -e --echo -f --full -F --pidfile= -g --pgroup= -G --group= -i --ignore-case -L --logpidfile -n --newest -o --oldest -O --older= -P --parent= -q --queue= -r --runstates= -s --session= -t --terminal= -u --euid= -U --uid= -x --exact --cgroup= --dry-run --inverse --json --ns= --nslist= --signal= --help --version' ;;
      'printenv') words='-0 --null --help --version' ;;
      'printf') words='' ;;
      'probe') words='-4 -6 -a --all -c --concurrency= -i --interval= -n --count= -o --output= -s --source= -t --timeout= -v --verbose --cacert= --json --no-headers --settle= --sort= --help --version' ;;
      'ps') words='-A -e -a -d -N --deselect -C -G --Group= -g --group= -p -q --pid= --quick-pid= --ppid= -s --sid= -t --tty= -U --User= -u --user= -f -F -l -j -o --format= -O -M -Z --context -c -P -y --json -L -T -m -H --forest --containers --sort= -w --cols= --columns= --width= --rows= --lines= --headers --no-headers --no-heading --cumulative -V --version --help=' ;;
      'pstree') words='-a --arguments -A --ascii -c --compact-not -g --show-pgids -G --vt100 -h --highlight-all -H --highlight-pid= -l --long -n --numeric-sort -p --show-pids -s --show-parents -t --thread-names -T --hide-threads -u --uid-changes -U --unicode --json --help --version' ;;
      'pwd') words='-L --logical -P --physical --help --version' ;;
      'py-spy') words='--full-filenames -p --pid=' ;;
      'pystack') words='--full-filenames --help --version' ;;
      'readlink') words='-e --canonicalize-existing -f --canonicalize -m --canonicalize-missing -n --no-newline -q -s --quiet --silent -v --verbose -z --zero --help --version' ;;
      'realpath') words='-e --canonicalize-existing -L --logical -m --canonicalize-missing -P --physical -q --quiet -s --strip --no-symlinks -z --zero --relative-base= --relative-to= --help --version' ;;
      'reset') words='--help --version' ;;
      'rev') words='-0 --zero --help --version' ;;
      'rm') words='-d --dir -f --force -i -I -r -R --recursive -v --verbose --interactive --no-preserve-root --one-file-system --preserve-root --help --version' ;;
      'rmdir') words='-p --parents -v --verbose --ignore-fail-on-non-empty --help --version' ;;
      'route') words='-4 --inet -6 --inet6 -A --af= -C --cache -e --extend -F --fib -n --numeric -v --verbose --help --version' ;;
      'runtimes') words='-a --all -o --output= --json --no-headers --sort= --help --version' ;;
      'script') words='-a --append -c --command= -e --return -f --flush -q --quiet --reveal --help --version' ;;
      'self-check') words='-o --output= --json --no-headers --sort= --help --version' ;;
      'seq') words='-f --format= -s --separator= -w --equal-width --help --version' ;;
      'setpriv') words='-d --dump --ambient-caps= --bounding-set= --clear-groups --egid= --euid= --groups= --inh-caps= --init-groups --keep-groups --no-new-privs --nnp --pdeathsig= --regid= --reset-env --reuid= --rgid= --ruid= --help --version' ;;
      'setsid') words='-c --ctty -f --fork -w --wait --help --version' ;;
      'sh' | 'ash' | 'bash' | 'dash' | 'zsh') words='-c -s -i -l --login -a -e -f -n -u -v -x -b -C -m -h -B -E -P -T -o -O --posix --norc --noprofile' ;;
      'sha256sum' | 'b2sum' | 'md5sum' | 'sha1sum' | 'sha224sum' | 'sha384sum' | 'sha512sum') words='-b --binary -c --check -l --length= -t --text -w --warn -z --zero --ignore-missing --quiet --status --strict --tag --help --version' ;;
      'shuf') words='-e --echo -i --input-range= -n --head-count= -o --output= -r --repeat -z --zero-terminated --random-source --help --version' ;;
      'sleep') words='--help --version' ;;
      'sort') words='-b --ignore-leading-blanks -c -C -d --dictionary-order -f --ignore-case -g --general-numeric-sort -h --human-numeric-sort -i --ignore-nonprinting -k --key= -m --merge -M --month-sort -n --numeric-sort -o --output= -r --reverse -R --random-sort -s --stable -S --buffer-size= -t --field-separator= -T --temporary-directory= -u --unique -V --version-sort -z --zero-terminated --batch-size --check --compress-program --debug --files0-from= --parallel= --sort= --help --version' ;;
      'split') words='-a --suffix-length= -b --bytes= -C --line-bytes= -d -e --elide-empty-files -l --lines= -n --number= -t --separator= -u --unbuffered -x --additional-suffix= --filter --hex-suffixes --numeric-suffixes --verbose --help --version' ;;
      'ss') words='-0 --packet -4 --ipv4 -6 --ipv6 -a --all -A --query= --socket= -b --bpf -d --dccp -D --diag -e --extended -E --events -f --family= -F --filter -H --no-header -i --info -K --kill -l --listening -m --memory -M --mptcp -n --numeric -N --net -o --options -O --oneline -p --processes -r --resolve -s --summary -S --sctp -t --tcp -T --threads -u --udp -w --raw -x --unix -z --contexts -Z --context --cgroup --group --inet-sockopt --json --tipc --tipcinfo --tos --vsock --xdp --help --version' ;;
      'stat') words='-c --format= -f --file-system -L --dereference -t --terse --printf= --help --version' ;;
      'strings') words='-a --all -e --encoding= -f --print-file-name -n --bytes= -o -s --output-separator= -t --radix= -w --include-all-whitespace --help --version' ;;
      'stty') words='-a --all -g --save -F --file=' ;;
      'sync') words='-d --data -f --file-system --help --version' ;;
      'sysctl') words='-a -A -X --all -b --binary -e --ignore -n --values -N --names -p --load -q --quiet -w --write --help --version' ;;
      'tac') words='-b --before -r --regex -s --separator= --help --version' ;;
      'tail') words='-c --bytes= -f --follow -F -n --lines= -q --quiet --silent -s --sleep-interval= -v --verbose -z --zero-terminated --pid= --retry --help --version' ;;
      'tar') words='-c --create -t --list -x --extract --get -r --append -u --update -f --file= -C --directory= -z --gzip --gunzip --ungzip -a --auto-compress -v --verbose -B --read-full-records -b --blocking-factor= -H --format= --posix -i --ignore-zeros --full-time --utc -T --files-from= --null --no-null --verbatim-files-from --exclude= -X --exclude-from= --wildcards --no-wildcards --wildcards-match-slash --no-wildcards-match-slash --anchored --no-anchored --ignore-case --no-recursion --recursion -P --absolute-names --strip-components= -k --keep-old-files --skip-old-files --overwrite --keep-newer-files -U --unlink-first -O --to-stdout -m --touch -p --preserve-permissions --same-permissions --no-same-permissions --same-owner -o --no-same-owner --numeric-owner -h --dereference --one-file-system -S --sparse --owner= --group= --mode= --mtime= --sort= --ignore-failed-read --remove-files' ;;
      'tcpdump') words='-# --number -A -b -B --buffer-size= -c -C -d -D --list-interfaces -e -E -f -F -G -H -i --interface= -I --monitor-mode -j --time-stamp-type -J --list-time-stamp-types -K --dont-verify-checksums -l -L --list-data-link-types -m -M -n -N -O --no-optimize -p --no-promiscuous-mode -q -Q --direction= -r -s --snapshot-length= -S --absolute-tcp-sequence-numbers -t -T -u -U --packet-buffered -v -V -w -W -x -X -y --linktype= -z -Z --relinquish-privileges --count --immediate-mode --micro --nano --print --time-stamp-precision= --help --version' ;;
      'tee') words='-a --append -i --ignore-interrupts -p --output-error --help --version' ;;
      'telnet') words='-4 --ipv4 -6 --ipv6 -8 --binary -a --login -b --bind= -e --escape= -E --no-escape -l --user -n --trace -x --encrypt --help --version' ;;
      'test' | '[') words='-b -c -d -f -p -S -e -s -h -L -r -w -x -g -k -u -G -O -N -t -n -z' ;;
      'time') words='-a --append -f --format= -o --output= -p --portability -q --quiet -v --verbose --help --version' ;;
      'timeout') words='-k --kill-after= -s --signal= -v --verbose --foreground --preserve-status --help --version' ;;
      'tls') words='' ;;
      'touch') words='-a -c --no-create -d --date= -f -h --no-dereference -m -r --reference= -t --time= --help --version' ;;
      'tr') words='-c -C --complement -d --delete -s --squeeze-repeats -t --truncate-set1 --help --version' ;;
      'tracepath') words='-4 -6 -b -l -m -n -p --help --version' ;;
      'traceroute' | 'traceroute6') words='-4 -6 -A --as-path-lookups -d --debug -D --dccp -e --extensions -f --first= -F --dont-fragment -g --gateway -i --interface= -I --icmp -l --flowlabel -m --max-hops= -M --module= -n -N --sim-queries= -O --options= -p --port= -P --protocol -q --queries= -r -s --source= -t --tos= -T --tcp -U --udp -w --wait= -z --sendwait= --back --fwmark= --mtu --sport= --help --version' ;;
      'tree') words='-a -C -d -D -f -F -g -h -i -I -l -L -n -p -P -r -s -t -u -U -x --charset= --dirsfirst --noreport --help --version' ;;
      'true') words='' ;;
      'truncate') words='-c --no-create -o --io-blocks -r --reference= -s --size= --help --version' ;;
      'tty') words='-s --silent --quiet --help --version' ;;
      'uname') words='-a --all -i --hardware-platform -m --machine -n --nodename -o --operating-system -p --processor -r --kernel-release -s --kernel-name --sysname -v --kernel-version --help --version' ;;
      'unexpand') words='-a --all -t --tabs= --first-only --help --version' ;;
      'uniq') words='-c --count -d --repeated -D -f --skip-fields= -i --ignore-case -s --skip-chars= -u --unique -w --check-chars= -z --zero-terminated --all-repeated --group --help --version' ;;
      'uptime') words='-p --pretty -s --since --help --version' ;;
      'vmstat') words='-a --active -d --disk -D --disk-sum -f --forks -m --slabs -n --one-header -p --partition= -s --stats -S --unit= -t --timestamp -w --wide -y --no-first --help --version' ;;
      'watch') words='-b --beep -c --color -d --differences -e --errexit -g --chgexit -n --interval= -p --precise -q --equexit= -r --no-rerun -t --no-title -w --no-wrap -x --exec --help --version' ;;
      'wc') words='-c --bytes -l --lines -L --max-line-length -m --chars -w --words --files0-from= --total= --help --version' ;;
      'wget') words='-4 --inet4-only -6 --inet6-only -a --append-output= -b --background -c --continue -i --input-file= -m --mirror -n -N --timestamping -o --output-file= -O --output-document= -p --page-requisites -P --directory-prefix= -q --quiet -r --recursive -S --server-response -t --tries= -T --timeout= -U --user-agent= -v --verbose -w --wait= -Y --proxy= --bind-address= --body-data= --body-file= --ca-certificate= --ca-directory= --certificate= --compression= --connect-timeout= --content-disposition --dns-timeout= --header= --limit-rate= --load-cookies= --max-redirect= --method= --no-check-certificate --no-clobber --no-hsts --no-proxy --no-show-progress --no-verbose --password= --http-password= --post-data= --post-file= --private-key= --progress= --read-timeout= --referer= --retry-connrefused --save-cookies= --save-headers --secure-protocol= --show-progress --spider --user= --http-user= --help --version' ;;
      'which') words='-a -s --help --version' ;;
      'whoami') words='--help --version' ;;
      'why') words='--json --help --version' ;;
      'xargs') words='-0 --null -a --arg-file= -d --delimiter= -e --eof -E -i --replace -I -l --max-lines -L -n --max-args= -o --open-tty -p --interactive -P --max-procs= -r --no-run-if-empty -s --max-chars= -t --verbose -x --exit --process-slot-var= --show-limits --help --version' ;;
      'xxd') words='-a -b -C -c -d -e -g -i -l -n -o -p -r -s -u' ;;
      'yes') words='--help --version' ;;
    esac
  else
    return
  fi
  local reply
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
    [[ $reply == *= ]] && compopt -o nospace
  done < <(compgen -W "$words" -- "$word")
}
complete -o default -F _debugbox debugbox
