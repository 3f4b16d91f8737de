#!/usr/bin/env bash
# Rolls an image out, asks the services, and takes it back when they do not answer.
#
#   deploy/rollout.sh OVERLAY NAMESPACE IMAGE API_URL NFT_URL
#
# IMAGE is one by its digest. Exit codes: 0 it runs; 1 it does not, and what ran before runs again; 2 it does not, and could not be
# taken back; 3 nothing was changed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$here")

if [ $# -ne 5 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 3
fi
overlay=$1 namespace=$2 image=$3 api=$4 nft=$5
services=(sooho-indexer sooho-serving sooho-nft-api)
patience=${SOOHO_ROLLOUT_PATIENCE:-20m}

if ! [[ $image =~ ^[a-z0-9][a-z0-9./:_-]*@sha256:[0-9a-f]{64}$ ]]; then
  echo "rollout: $image is not an image by its digest (REGISTRY/sooho@sha256:…)" >&2
  exit 3
fi
if [ ! -f "$root/$overlay/kustomization.yaml" ]; then
  echo "rollout: there is no overlay $overlay" >&2
  exit 3
fi

# the overlay as it is, with this image
work=$(mktemp -d "$root/.rollout.XXXXXX")
trap 'rm -rf "$work"' EXIT
cat > "$work/kustomization.yaml" <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../$overlay]
YAML
# the overlay has given the image its name in the registry already: that is what is replaced
name=$(kubectl kustomize "$root/$overlay" | sed -n 's/^ *\(- \)\{0,1\}image: \(.*sooho\):[^:@]*$/\2/p' | sort -u)
if [ "$(printf '%s\n' "$name" | grep -c .)" -ne 1 ]; then
  echo "rollout: $overlay does not name one image of sooho, but: $name" >&2
  exit 3
fi
cat >> "$work/kustomization.yaml" <<YAML
images:
  - { name: $name, newName: ${image%@*}, digest: ${image#*@} }
YAML
if ! kubectl kustomize "$work" > "$work/objects.yaml"; then
  echo "rollout: $overlay cannot be rendered" >&2
  exit 3
fi

# where to go back to; nothing is there the first time
declare -A before
for service in "${services[@]}"; do
  before[$service]=$(kubectl -n "$namespace" get deployment "$service" --ignore-not-found \
    -o 'jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}') || exit 3
done

settle() {
  local service
  for service in "${services[@]}"; do
    kubectl -n "$namespace" rollout status "deployment/$service" --timeout="$patience" || return 1
  done
}

smoke() {
  "$here/smoke.py" --api "$api" --nft "$nft" --patience "${SOOHO_SMOKE_PATIENCE:-180}"
}

take_back() {
  local service failed=0
  for service in "${services[@]}"; do
    if [ -z "${before[$service]}" ]; then
      echo "rollout: $service was not there before: nothing to go back to" >&2
      failed=1
      continue
    fi
    kubectl -n "$namespace" rollout undo "deployment/$service" --to-revision="${before[$service]}" || failed=1
  done
  [ $failed -eq 0 ] && settle && smoke
}

echo "rollout: $image to $namespace"
# fields that a rollback changed are ours again
if kubectl apply --server-side --force-conflicts --field-manager=sooho-rollout -f "$work/objects.yaml" && settle && smoke; then
  echo "rollout: done"
  exit 0
fi

echo "rollout: it does not answer as it should: going back" >&2
kubectl -n "$namespace" get pods -o wide >&2 || true
kubectl -n "$namespace" get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 30 >&2 || true
if take_back; then
  echo "rollout: what ran before runs again" >&2
  exit 1
fi
echo "rollout: COULD NOT GO BACK. If the new version raised the schema of the database, the old one refuses it (its log says so): go" >&2
echo "forward with a mended version, or restore the backup (docs/deploy.md)" >&2
exit 2
