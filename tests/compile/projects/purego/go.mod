module example.com/team/calls

go 1.23

require github.com/ebitengine/purego v0.8.4
