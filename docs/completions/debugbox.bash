# bash completion for debugbox, written by scripts/docs.
_debugbox() {
  local word=${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='[ basename busybox capsh cat date debugbox dirname echo enter env false free getpcaps head hostname id kill killall ls ls-proc-root nproc penv pgrep pidof pkill printenv printf ps pstree pwd readlink realpath self-check seq sleep stat sync tail test true tty uname uptime vmstat which whoami why yes --install= --list --help --version'
  elif [[ $word == -* ]]; then
    case ${COMP_WORDS[1]} in
      'basename') words='-a --multiple -s --suffix= -z --zero --help --version' ;;
      'capsh') words='--decode= --explain= --has-p= --help --print --supports= --version' ;;
      'cat') words='-A --show-all -b --number-nonblank -e -E --show-ends -n --number -s --squeeze-blank -t -T --show-tabs -u -v --show-nonprinting --help --version' ;;
      'date') words='-d --date= -f --file= -I --iso-8601 -r --reference= -R --rfc-email --rfc-822 --rfc-2822 -s --set= -u --utc --universal --resolution --rfc-3339= --help --version' ;;
      'debugbox' | 'busybox') words='--install= --list --help --version' ;;
      'dirname') words='-z --zero --help --version' ;;
      'echo') words='-n -e -E' ;;
      'enter') words='-u --as-target --help --version' ;;
      'env') words='-0 --null -C --chdir= -i --ignore-environment -p --pid= -S --split-string= -u --unset= --reveal --help --version' ;;
      'false') words='' ;;
      'free') words='-b --bytes -c --count= -g --gibi -h --human -k --kibi -l --lohi -m --mebi -s --seconds= -t --total -v --committed -w --wide --giga --json --kilo --mega --pebi --peta --si --tebi --tera --help --version' ;;
      'getpcaps') words='--iab --ugly --verbose --help --version' ;;
      'head') words='-c --bytes= -n --lines= -q --quiet --silent -v --verbose -z --zero-terminated --help --version' ;;
      'hostname') words='-a --alias -d --domain -f --fqdn --long -i --ip-address -I --all-ip-addresses -s --short --help --version' ;;
      'id') words='-a -g --group -G --groups -n --name -r --real -u --user -z --zero --help --version' ;;
      'kill') words='-l --list -L --table -n -q --queue= -s --signal= --help --version' ;;
      'killall') words='-e --exact -g --process-group -i --interactive -I --ignore-case -l --list -n --ns= -o --older-than= -q --quiet -r --regexp -s --signal= -u --user= -v --verbose -w --wait -y --younger-than= --help --version' ;;
      'ls') words='-1 -a --all -A --almost-all -b --escape -B --ignore-backups -c -C -d --directory -f -F --classify -g -G --no-group -h --human-readable -H --dereference-command-line -i --inode -I --ignore= -k --kibibytes -l -L --dereference -m -n --numeric-uid-gid -N --literal -o -p -q --hide-control-chars -Q --quote-name -r --reverse -R --recursive -s --size -S -t -T --tabsize= -u -U -v -w --width= -x -X -Z --context --author --block-size= --color --colour --dereference-command-line-symlink-to-dir --file-type --format= --full-time --group-directories-first --hide= --indicator-style= --json --quoting-style= --show-control-chars --si --sort= --time= --time-style= --zero --help --version' ;;
      'ls-proc-root') words='-o --output= --json --no-headers --sort= --help --version' ;;
      'nproc') words='--all --ignore= --help --version' ;;
      'penv') words='-0 --null --reveal --help --version' ;;
      'pgrep') words='-a --list-full -A --ignore-ancestors -c --count -d --delimiter= -f --full -F --pidfile= -g --pgroup= -G --group= -i --ignore-case -l --list-name -L --logpidfile -n --newest -o --oldest -O --older= -P --parent= -r --runstates= -s --session= -t --terminal= -u --euid= -U --uid= -v --inverse -w --lightweight -x --exact --cgroup= --json --ns= --nslist= --help --version' ;;
      'pidof') words='-c --check-root -d -S --separator= -o --omit-pid= -q -s --single-shot -x -z --help --version' ;;
      'pkill') words='-A --ignore-ancestors -c --count -e --echo -f --full -F --pidfile= -g --pgroup= -G --group= -i --ignore-case -L --logpidfile -n --newest -o --oldest -O --older= -P --parent= -q --queue= -r --runstates= -s --session= -t --terminal= -u --euid= -U --uid= -x --exact --cgroup= --dry-run --inverse --json --ns= --nslist= --signal= --help --version' ;;
      'printenv') words='-0 --null --help --version' ;;
      'printf') words='' ;;
      'ps') words='-A -e -a -d -N --deselect -C -G --Group= -g --group= -p -q --pid= --quick-pid= --ppid= -s --sid= -t --tty= -U --User= -u --user= -f -F -l -j -o --format= -O -M -Z --context -c -P -y --json -L -T -m -H --forest --containers --sort= -w --cols= --columns= --width= --rows= --lines= --headers --no-headers --no-heading --cumulative -V --version --help=' ;;
      'pstree') words='-a --arguments -A --ascii -c --compact-not -g --show-pgids -G --vt100 -h --highlight-all -H --highlight-pid= -l --long -n --numeric-sort -p --show-pids -s --show-parents -t --thread-names -T --hide-threads -u --uid-changes -U --unicode --json --help --version' ;;
      'pwd') words='-L --logical -P --physical --help --version' ;;
      'readlink') words='-e --canonicalize-existing -f --canonicalize -m --canonicalize-missing -n --no-newline -q -s --quiet --silent -v --verbose -z --zero --help --version' ;;
      'realpath') words='-e --canonicalize-existing -L --logical -m --canonicalize-missing -P --physical -q --quiet -s --strip --no-symlinks -z --zero --relative-base= --relative-to= --help --version' ;;
      'self-check') words='-o --output= --json --no-headers --sort= --help --version' ;;
      'seq') words='-f --format= -s --separator= -w --equal-width --help --version' ;;
      'sleep') words='--help --version' ;;
      'stat') words='-c --format= -f --file-system -L --dereference -t --terse --printf= --help --version' ;;
      'sync') words='-d --data -f --file-system --help --version' ;;
      'tail') words='-c --bytes= -f --follow -F -n --lines= -q --quiet --silent -s --sleep-interval= -v --verbose -z --zero-terminated --pid= --retry --help --version' ;;
      'test' | '[') words='-b -c -d -f -p -S -e -s -h -L -r -w -x -g -k -u -G -O -N -t -n -z' ;;
      'true') words='' ;;
      'tty') words='-s --silent --quiet --help --version' ;;
      'uname') words='-a --all -i --hardware-platform -m --machine -n --nodename -o --operating-system -p --processor -r --kernel-release -s --kernel-name --sysname -v --kernel-version --help --version' ;;
      'uptime') words='-p --pretty -s --since --help --version' ;;
      'vmstat') words='-a --active -d --disk -D --disk-sum -f --forks -m --slabs -n --one-header -p --partition= -s --stats -S --unit= -t --timestamp -w --wide -y --no-first --help --version' ;;
      'which') words='-a -s --help --version' ;;
      'whoami') words='--help --version' ;;
      'why') words='--json --help --version' ;;
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
