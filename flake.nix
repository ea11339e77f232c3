{
  description = "AI server for an Elixir application: one POST /chat in front of many vendors";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      inherit (lib) fileset;
      inherit (lib.importJSON ./package.json) version;

      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEachSystem = make: lib.genAttrs systems (system: make system nixpkgs.legacyPackages.${system});

      # The packages that the bundle is made of. They are plain JavaScript, so one hash holds for all systems. Bun checks each against
      # package-lock.json. The name follows that file, so that Nix never takes an older result for it; where the hash no longer fits, `nix
      # build` fails and prints the new one.
      makeDependencies =
        pkgs:
        pkgs.stdenvNoCC.mkDerivation {
          name = "ai-server-dependencies-${builtins.substring 0 8 (builtins.hashFile "sha256" ./package-lock.json)}";
          src = fileset.toSource {
            root = ./.;
            fileset = fileset.unions [
              ./package.json
              ./package-lock.json
            ];
          };
          nativeBuildInputs = [
            pkgs.bun
            pkgs.cacert
          ];
          buildPhase = ''
            export HOME="$TMPDIR"
            bun install --frozen-lockfile --production --ignore-scripts --no-progress
            rm -rf node_modules/.bin node_modules/.cache
            find node_modules -type f -exec chmod 644 {} +
          '';
          installPhase = "cp -r node_modules $out";
          dontFixup = true;
          outputHashMode = "recursive";
          outputHash = "sha256-fhBz6cPjnwIQG2Uh9iuGQU8XMTU4lST1+ZzMLRIJBQs=";
        };

      makeAiServer =
        pkgs:
        pkgs.stdenvNoCC.mkDerivation {
          pname = "ai-server";
          inherit version;
          src = fileset.toSource {
            root = ./.;
            fileset = fileset.unions [
              ./package.json
              ./tsconfig.json
              ./src
              ./pages
              ./scripts/pages
            ];
          };
          nativeBuildInputs = [
            pkgs.bun
            pkgs.makeWrapper
          ];
          buildPhase = ''
            cp -r ${makeDependencies pkgs} node_modules
            bun build src/runtimes/bun.ts --target=bun --format=cjs --bytecode --minify --sourcemap=linked --outdir=out
            bun scripts/pages/build-pages.ts out/pages
          '';
          installPhase = ''
            mkdir -p $out/bin $out/share/ai-server
            cp -r out/* $out/share/ai-server/
            # Without the variable Bun lets 256 calls run at once and makes all others wait.
            makeWrapper ${pkgs.bun}/bin/bun $out/bin/ai-server --add-flags $out/share/ai-server/bun.js \
              --set-default BUN_CONFIG_MAX_HTTP_REQUESTS 10000
          '';
          meta.mainProgram = "ai-server";
        };

      # Without dependencies from Hex it needs no hash. An app that has some adds
      # mixFodDeps = pkgs.beamPackages.fetchMixDeps { pname = "web-deps"; inherit version src; hash = "…"; };
      makeWeb =
        pkgs:
        let
          release = pkgs.beamPackages.mixRelease {
            pname = "oneshot";
            inherit version;
            src = fileset.toSource {
              root = ./elixir;
              fileset = ./elixir;
            };
            sourceRoot = "source/web";
          };
        in
        # Nix takes the release's cookie out, and nothing can be written beside the release. Without a distribution nobody asks for the cookie.
        pkgs.writeShellScriptBin "web" ''
          export PORT="''${PORT:-8080}" PHX_SERVER=true RELEASE_DISTRIBUTION="''${RELEASE_DISTRIBUTION:-none}"
          export RELEASE_COOKIE="''${RELEASE_COOKIE:-$(${pkgs.coreutils}/bin/od -An -N16 -tx1 /dev/urandom | ${pkgs.coreutils}/bin/tr -d ' \n')}"
          export RELEASE_TMP="''${RELEASE_TMP:-$(${pkgs.coreutils}/bin/mktemp -d)}"
          exec ${release}/bin/oneshot start
        '';

      makeStartOneshot =
        pkgs:
        pkgs.stdenvNoCC.mkDerivation {
          pname = "start-oneshot";
          inherit version;
          src = fileset.toSource {
            root = ./scripts/deploy;
            fileset = ./scripts/deploy/start-oneshot;
          };
          nativeBuildInputs = [ pkgs.makeWrapper ];
          buildInputs = [ pkgs.bash ];
          dontBuild = true;
          installPhase = ''
            install -Dm755 start-oneshot $out/libexec/start-oneshot
            makeWrapper $out/libexec/start-oneshot $out/bin/start-oneshot --prefix PATH : ${
              lib.makeBinPath [
                (makeWeb pkgs)
                (makeAiServer pkgs)
                pkgs.coreutils
              ]
            }
          '';
          meta.mainProgram = "start-oneshot";
        };
    in
    {
      packages = forEachSystem (
        system: pkgs: rec {
          ai-server = makeAiServer pkgs;
          # bin/start-oneshot runs the other two together.
          oneshot-integrated = pkgs.symlinkJoin {
            name = "oneshot-integrated-${version}";
            paths = [
              (makeStartOneshot pkgs)
              (makeWeb pkgs)
              ai-server
            ];
            meta.mainProgram = "start-oneshot";
          };
          default = ai-server;
        }
      );

      apps = forEachSystem (
        system: pkgs:
        let
          run = program: {
            type = "app";
            inherit program;
          };
          packages = self.packages.${system};
        in
        rec {
          ai-server = run "${packages.ai-server}/bin/ai-server";
          oneshot-integrated = run "${packages.oneshot-integrated}/bin/start-oneshot";
          default = ai-server;
        }
      );

      devShells = forEachSystem (
        system: pkgs: {
          default = pkgs.mkShell {
            packages = [
              pkgs.bun
              pkgs.nodejs
              pkgs.elixir
              pkgs.flyctl
              pkgs.shellcheck
            ];
          };
        }
      );
    };
}
